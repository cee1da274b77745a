/* Arrays that grow and are handed to Python without a copy; small things about text. */

#include "native.h"

#define LARGE ((size_t)4 << 20) /* from which on arrays grow by less than they have */

int room(Array *array, size_t more)
{
    if (array->used + more <= array->size)
        return 0;
    size_t size = array->used + more;
    size += (size < LARGE ? size : size / 2) + 4096;
    char *data = PyMem_RawRealloc(array->data, size);
    if (!data) {
        PyErr_NoMemory();
        return -1;
    }
    array->data = data;
    array->size = size;
    return 0;
}

/* A finished array, for `pyarrow.py_buffer`. */
typedef struct {
    PyObject_HEAD
    char *data;
    Py_ssize_t size;
} Buffer;

static int buffer_get(PyObject *self, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, self, ((Buffer *)self)->data, ((Buffer *)self)->size, 1, flags);
}

static void buffer_free(PyObject *self)
{
    PyMem_RawFree(((Buffer *)self)->data);
    Py_TYPE(self)->tp_free(self);
}

static PyBufferProcs buffer_procs = {buffer_get, NULL};
PyTypeObject BufferType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "mailwake.events._native.Buffer",
    .tp_basicsize = sizeof(Buffer),
    .tp_dealloc = buffer_free,
    .tp_as_buffer = &buffer_procs,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "A finished array of bytes.",
};

PyObject *finished(Array *array)
{
    Buffer *made = room(array, 1) ? NULL : PyObject_New(Buffer, &BufferType); /* an empty one has an address, too */
    if (made) {
        made->data = array->data;
        made->size = (Py_ssize_t)array->used;
        memset(array, 0, sizeof *array);
    }
    return (PyObject *)made;
}

uint64_t hashed(const char *text, size_t size)
{
    uint64_t hash = 0x9E3779B97F4A7C15ull ^ size, part;
    while (size >= 8) {
        memcpy(&part, text, 8);
        hash = (hash ^ part) * 0xFF51AFD7ED558CCDull;
        hash ^= hash >> 32;
        text += 8;
        size -= 8;
    }
    part = 0;
    memcpy(&part, text, size);
    hash = (hash ^ part) * 0xC4CEB9FE1A85EC53ull;
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

int is_ascii(const char *text, size_t size)
{
    uint64_t part, all = 0;
    for (; size >= 8; text += 8, size -= 8) {
        memcpy(&part, text, 8);
        all |= part;
    }
    part = 0;
    memcpy(&part, text, size);
    return !((all | part) & 0x8080808080808080ull);
}

PyObject *decoded(const char *text, size_t size, int ascii)
{
    if (!ascii)
        return PyUnicode_DecodeUTF8(text, (Py_ssize_t)size, "surrogateescape");
    PyObject *made = PyUnicode_New((Py_ssize_t)size, 127);
    if (made && size)
        memcpy(PyUnicode_1BYTE_DATA(made), text, size);
    return made;
}

int put_text(Array *data, PyObject *key)
{
    if (PyUnicode_IS_COMPACT_ASCII(key))
        return put(data, PyUnicode_1BYTE_DATA(key), PyUnicode_GET_LENGTH(key));
    PyObject *bytes = PyUnicode_AsEncodedString(key, "utf-8", "surrogateescape");
    int bad = !bytes || put(data, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_XDECREF(bytes);
    return bad ? -1 : 0;
}
