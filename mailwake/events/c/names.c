/* Names as marks among bits (a Bloom filter): what `store.seen` does, in half the time.

   Almost every mark lies elsewhere in tens of megabytes, so the places of some names are fetched into the processor's
   cache before the first of them is looked at. */

#include "native.h"

#define BESIDE 16 /* names looked at together */

typedef struct {
    uint8_t *bits;
    uint64_t mask;
    const uint64_t *names;
    Py_ssize_t count;
    int probes;
    Py_buffer bits_view, names_view;
} Marks;

static void marks_free(Marks *marks)
{
    PyBuffer_Release(&marks->bits_view);
    PyBuffer_Release(&marks->names_view);
}

/* Take the arguments that both functions begin with; a power of two of bits. -1 with an exception set. */
static int marks_take(Marks *marks, PyObject *bits, PyObject *names)
{
    if (PyObject_GetBuffer(bits, &marks->bits_view, PyBUF_WRITABLE))
        return -1;
    if (PyObject_GetBuffer(names, &marks->names_view, PyBUF_SIMPLE)) {
        PyBuffer_Release(&marks->bits_view);
        return -1;
    }
    size_t size = (size_t)marks->bits_view.len;
    if (!size || size & (size - 1) || marks->names_view.len % 8 || (uintptr_t)marks->names_view.buf % 8) {
        marks_free(marks);
        PyErr_SetString(PyExc_ValueError, "not a power of two of bytes, or no numbers of 64 bits");
        return -1;
    }
    marks->bits = marks->bits_view.buf;
    marks->mask = (uint64_t)size * 8 - 1;
    marks->names = marks->names_view.buf;
    marks->count = marks->names_view.len / 8;
    return 0;
}

static void fetch(const Marks *marks, Py_ssize_t from, int probes)
{
#ifdef __GNUC__
    for (Py_ssize_t i = from; i < from + BESIDE && i < marks->count; i++) {
        uint64_t name = marks->names[i], step = name >> 32 | 1;
        for (int probe = 0; probe < probes; probe++, name += step)
            __builtin_prefetch(&marks->bits[(name & marks->mask) >> 3]);
    }
#endif
}

const char names_known_doc[] = ("known(bits, names, probes, found)\n\n"
                                "Set a byte of found, a bytearray, for each name all of whose marks are set.");

PyObject *names_known(PyObject *module, PyObject *arguments)
{
    PyObject *bits, *names, *found;
    Marks marks;
    if (!PyArg_ParseTuple(arguments, "OOiY", &bits, &names, &marks.probes, &found) || marks_take(&marks, bits, names))
        return NULL;
    char *out = PyByteArray_AS_STRING(found);
    if (PyByteArray_GET_SIZE(found) != marks.count) {
        marks_free(&marks);
        return PyErr_Format(PyExc_ValueError, "not a byte for each name");
    }
    for (Py_ssize_t i = 0; i < marks.count; i++) {
        if (i % BESIDE == 0)
            fetch(&marks, i, 1); /* most names are ruled out by the first or second mark */
        uint64_t name = marks.names[i], step = name >> 32 | 1;
        int left = marks.probes;
        for (; left && marks.bits[(name & marks.mask) >> 3] >> (name & 7) & 1; left--)
            name += step;
        if (!left)
            out[i] = 1;
    }
    marks_free(&marks);
    Py_RETURN_NONE;
}

const char names_mark_doc[] = "mark(bits, names, probes)\n\nSet the marks of names.";

PyObject *names_mark(PyObject *module, PyObject *arguments)
{
    PyObject *bits, *names;
    Marks marks;
    if (!PyArg_ParseTuple(arguments, "OOi", &bits, &names, &marks.probes) || marks_take(&marks, bits, names))
        return NULL;
    for (Py_ssize_t i = 0; i < marks.count; i++) {
        if (i % BESIDE == 0)
            fetch(&marks, i, marks.probes);
        uint64_t name = marks.names[i], step = name >> 32 | 1;
        for (int probe = 0; probe < marks.probes; probe++, name += step)
            marks.bits[(name & marks.mask) >> 3] |= (uint8_t)(1 << (name & 7));
    }
    marks_free(&marks);
    Py_RETURN_NONE;
}
