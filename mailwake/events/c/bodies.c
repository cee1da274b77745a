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

/* Text that is not ASCII; bytes that were no UTF-8 are lone surrogates, escaped, which Python's json reads back. */
static int put_object(Array *out, PyObject *text)
{
    Py_ssize_t size, length = PyUnicode_GET_LENGTH(text);
    const char *data = PyUnicode_AsUTF8AndSize(text, &size);
    if (!data)
        PyErr_Clear();
    if (room(out, (size_t)(data ? size : 2 * length) * 6))
        return -1;
    char *to = out->data + out->used;
    if (data)
        to = bytes_to(to, data, size);
    for (Py_ssize_t i = 0; !data && i < length; i++) {
        unsigned code = PyUnicode_READ_CHAR(text, i);
        if (code < 128)
            to = byte_to(to, (unsigned char)code);
        else if (code < 0x10000)
            to = escaped(to, code);
        else
            to = escaped(escaped(to, 0xD800 + ((code - 0x10000) >> 10)), 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
    out->used = to - out->data;
    return 0;
}

static int put_string(Array *out, const Piece *text)
{
    if (put(out, "\"", 1) || (text->object && put_object(out, text->object)) || room(out, (size_t)text->size * 6 + 1))
        return -1;
    char *to = bytes_to(out->data + out->used, text->data, text->size);
    *to++ = '"';
    out->used = to - out->data;
    return 0;
}

static int put_list(Array *out, const Parts *row, const Part *part)
{
    const Piece *one = list_of(row, part);
    int bad = put(out, "[", 1);
    for (int i = 0; !bad && i < part->count; i++, one++)
        bad = (i && put(out, ",", 1)) || put_string(out, one);
    return bad || put(out, "]", 1) ? -1 : 0;
}

static int put_value(Array *out, const Parts *row, const Part *part)
{
    if (part->kind == A_TEXT)
        return put_string(out, &part->text);
    if (part->kind == NOTHING)
        return put(out, "null", 4);
    if (part->kind == A_LIST)
        return put_list(out, row, part);
    if (!part->large)
        return put_number(out, part->number);
    PyObject *digits = PyObject_Str(part->large);
    int bad = !digits || put_text(out, digits);
    Py_XDECREF(digits);
    return bad ? -1 : 0;
}

int put_body(Array *out, const Parts *row, unsigned long long blank)
{
    int bad = put(out, "[", 1);
    for (int i = 0; !bad && i < row->count; i++) {
        const Part *part = &row->part[i];
        bad = i && put(out, ",", 1);
        if (!bad && blank >> i & 1)
            bad = put(out, part->kind == A_LIST ? "[]" : "\"\"", 2);
        else if (!bad)
            bad = put_value(out, row, part);
    }
    return bad || put(out, "]", 1) ? -1 : 0;
}
