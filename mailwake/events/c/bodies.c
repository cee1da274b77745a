/* Rows as JSON texts (RFC 8259), all of them in one array: a Python object for each costs several times as much. */

#include "native.h"

static char *escaped(char *to, unsigned code)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = digits[code >> shift & 15];
    return to;
}

static char *byte_to(char *to, unsigned char byte)
{
    if (byte < 32)
        return escaped(to, byte);
    if (byte == '"' || byte == '\\')
        *to++ = '\\';
    *to++ = (char)byte;
    return to;
}

static int put_string(Array *out, PyObject *text)
{
    const char *data = NULL;
    Py_ssize_t size;
    if (PyUnicode_IS_COMPACT_ASCII(text)) {
        data = (const char *)PyUnicode_1BYTE_DATA(text);
        size = PyUnicode_GET_LENGTH(text);
    } else if (!(data = PyUnicode_AsUTF8AndSize(text, &size))) {
        PyErr_Clear(); /* bytes that were no UTF-8: lone surrogates, escaped, which Python's json reads back */
        size = 2 * PyUnicode_GET_LENGTH(text);
    }
    if (room(out, (size_t)size * 6 + 2))
        return -1;
    char *to = out->data + out->used;
    *to++ = '"';
    for (Py_ssize_t i = 0; data && i < size; i++)
        to = byte_to(to, (unsigned char)data[i]);
    for (Py_ssize_t i = 0; !data && i < size / 2; i++) {
        unsigned code = PyUnicode_READ_CHAR(text, i);
        if (code < 128)
            to = byte_to(to, (unsigned char)code);
        else if (code < 0x10000)
            to = escaped(to, code);
        else
            to = escaped(escaped(to, 0xD800 + ((code - 0x10000) >> 10)), 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
    *to++ = '"';
    out->used = to - out->data;
    return 0;
}

static int put_value(Array *out, PyObject *value)
{
    if (PyUnicode_Check(value))
        return put_string(out, value);
    if (value == Py_None)
        return put(out, "null", 4);
    if (PyLong_Check(value)) {
        char digits[24];
        long long number = PyLong_AsLongLong(value);
        if (number == -1 && PyErr_Occurred())
            return -1;
        return put(out, digits, PyOS_snprintf(digits, sizeof digits, "%lld", number));
    }
    if (!PyTuple_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a row may not hold %R", value);
        return -1;
    }
    int bad = put(out, "[", 1);
    for (Py_ssize_t i = 0; !bad && i < PyTuple_GET_SIZE(value); i++)
        bad = (i && put(out, ",", 1)) || put_value(out, PyTuple_GET_ITEM(value, i));
    return bad || put(out, "]", 1) ? -1 : 0;
}

static int put_row(Array *out, PyObject *row, unsigned long long blank)
{
    int bad = put(out, "[", 1);
    for (Py_ssize_t i = 0; !bad && i < PyTuple_GET_SIZE(row); i++) {
        PyObject *value = PyTuple_GET_ITEM(row, i);
        bad = i && put(out, ",", 1);
        if (!bad && i < 64 && blank >> i & 1)
            bad = put(out, PyTuple_Check(value) ? "[]" : "\"\"", 2);
        else if (!bad)
            bad = put_value(out, value);
    }
    return bad || put(out, "]", 1) ? -1 : 0;
}

const char bodies_doc[] = "bodies(rows, blank) -> (ends, texts)\n\n"
                          "A JSON array for each tuple of a list: str, int, None and tuples of these. blank: bits of the\n"
                          "places that are left empty.";

PyObject *bodies(PyObject *module, PyObject *arguments)
{
    PyObject *rows;
    unsigned long long blank;
    Array ends = {0}, texts = {0};
    int32_t end = 0;
    if (!PyArg_ParseTuple(arguments, "O!K", &PyList_Type, &rows, &blank))
        return NULL;
    int bad = put(&ends, &end, 4);
    for (Py_ssize_t i = 0; !bad && i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = PyList_GET_ITEM(rows, i);
        bad = !PyTuple_Check(row) || put_row(&texts, row, blank) || texts.used > INT32_MAX;
        end = (int32_t)texts.used;
        bad = bad || put(&ends, &end, 4);
    }
    PyObject *made = bad ? NULL : Py_BuildValue("NN", finished(&ends), finished(&texts));
    PyMem_RawFree(ends.data);
    PyMem_RawFree(texts.data);
    if (bad && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "not a tuple, or too much text");
    return made;
}
