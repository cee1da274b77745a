/* A row as JSON text (RFC 8259), appended to an array: a Python object for it costs several times as much. */

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

/* Whether eight bytes may be written as they are: none is a control character, a quote or a backslash. Some that may
   are not seen as such. */
static int are_plain(uint64_t bytes)
{
    const uint64_t one = 0x0101010101010101ull, high = one << 7;
    uint64_t quote = bytes ^ one * '"', slash = bytes ^ one * '\\';
    return !((((bytes - one * 32) & ~bytes) | ((quote - one) & ~quote) | ((slash - one) & ~slash)) & high);
}

static char *bytes_to(char *to, const char *data, Py_ssize_t size)
{
    uint64_t bytes;
    while (size >= 8) {
        memcpy(&bytes, data, 8);
        if (are_plain(bytes)) {
            memcpy(to, &bytes, 8);
            to += 8;
        } else {
            for (int i = 0; i < 8; i++)
                to = byte_to(to, (unsigned char)data[i]);
        }
        data += 8;
        size -= 8;
    }
    for (Py_ssize_t i = 0; i < size; i++)
        to = byte_to(to, (unsigned char)data[i]);
    return to;
}

static int put_number(Array *out, long long number)
{
    char digits[24], *first = digits + sizeof digits;
    unsigned long long left = number < 0 ? 0ull - (unsigned long long)number : (unsigned long long)number;
    do
        *--first = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        *--first = '-';
    return put(out, first, digits + sizeof digits - first);
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
    if (data)
        to = bytes_to(to, data, size);
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
        int overflow;
        long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
        if (!overflow)
            return put_number(out, number);
        PyObject *digits = PyObject_Str(value);
        int bad = !digits || put_text(out, digits);
        Py_XDECREF(digits);
        return bad ? -1 : 0;
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

int put_body(Array *out, PyObject *row, unsigned long long blank)
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
