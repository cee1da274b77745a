/* Rows as columns: parts of tuples, in Arrow's layout, without an object of Arrow's for each. */

#include "native.h"

/* How a column is made of a part of each row; `store.journeys` names them. */
enum { NUMBER64, NUMBER32, LENGTH, HEX, PLAIN, LOWER, SAME, LIST, BODY };

static const char unknown = 1, same = 2; /* `store.query` */

static int put_number(Array *out, int how, PyObject *value)
{
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (how == LENGTH && (overflow || number < 0)) /* what no message can have */
        number = overflow > 0 ? INT64_MAX : 0, overflow = 0;
    if (overflow || (how == NUMBER32 && (number < 0 || number > UINT32_MAX))) {
        PyErr_SetString(PyExc_OverflowError, "a number of a row is too large");
        return -1;
    }
    uint32_t small = (uint32_t)number;
    return how == NUMBER32 ? put(out, &small, 4) : put(out, &number, 8);
}

static int nibble(Py_UCS4 letter)
{
    if (letter >= 'a' && letter <= 'f')
        return (int)letter - 'a' + 10;
    return letter >= '0' && letter <= '9' ? (int)letter - '0' : -1;
}

static int put_hex(Array *out, PyObject *text)
{
    int good = PyUnicode_Check(text) && PyUnicode_GET_LENGTH(text) == 32;
    if (good && room(out, 16))
        return -1;
    for (int i = 0; good && i < 32; i += 2) {
        int high = nibble(PyUnicode_READ_CHAR(text, i)), low = nibble(PyUnicode_READ_CHAR(text, i + 1));
        good = high >= 0 && low >= 0;
        if (good)
            out->data[out->used++] = (char)(high << 4 | low);
    }
    if (!good)
        PyErr_SetString(PyExc_ValueError, "not 32 hex digits");
    return good ? 0 : -1;
}

/* Text to be searched: what was no UTF-8 in the log becomes a question mark. */
static int put_searched(Array *out, PyObject *text)
{
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(text, &size);
    if (data)
        return put(out, data, size);
    PyErr_Clear();
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "replace");
    int bad = !bytes || put(out, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_XDECREF(bytes);
    return bad ? -1 : 0;
}

static int put_lower(Array *out, PyObject *text)
{
    if (!PyUnicode_IS_COMPACT_ASCII(text)) {
        PyObject *low = PyObject_CallMethod(text, "lower", NULL);
        int bad = !low || put_searched(out, low);
        Py_XDECREF(low);
        return bad ? -1 : 0;
    }
    size_t size = PyUnicode_GET_LENGTH(text);
    const char *from = (const char *)PyUnicode_1BYTE_DATA(text);
    if (room(out, size))
        return -1;
    char *to = out->data + out->used;
    for (size_t i = 0; i < size; i++)
        to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 32) : from[i];
    out->used += size;
    return 0;
}

static int put_asked(Array *out, int how, PyObject *value, PyObject *other)
{
    if (how == SAME) {
        int equal = PyObject_RichCompareBool(value, other, Py_EQ);
        if (equal)
            return equal < 0 ? -1 : put(out, &same, 1);
    }
    if (how != PLAIN && value == Py_None)
        return put(out, &unknown, 1);
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a row may not hold %R there", value);
        return -1;
    }
    return how == PLAIN ? put_searched(out, value) : put_lower(out, value);
}

static int put_end(Array *ends, size_t end)
{
    int32_t number = (int32_t)end;
    if (end > INT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "too much text");
        return -1;
    }
    return put(ends, &number, 4);
}

static int put_list(Array *parts, PyObject *value)
{
    if (!PyTuple_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a row may not hold %R there", value);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); i++) {
        PyObject *text = PyTuple_GET_ITEM(value, i);
        if (!PyUnicode_Check(text) || put_text(&parts[1], text) || put_end(&parts[0], parts[1].used))
            return PyErr_Occurred() ? -1 : (PyErr_SetString(PyExc_TypeError, "a list of a row may hold texts"), -1);
    }
    return 0;
}

typedef struct {
    int how;
    Py_ssize_t place, other;
    unsigned long long blank;
    Array parts[3]; /* ends of lists, ends of texts, texts or numbers */
} Column;

static int put_part(Column *column, PyObject *row)
{
    Array *texts = &column->parts[2], *ends = &column->parts[1], *lists = &column->parts[0];
    if (column->how == BODY)
        return put_body(texts, row, column->blank) || put_end(ends, texts->used);
    PyObject *value = PyTuple_GET_ITEM(row, column->place);
    if (column->how < HEX)
        return put_number(texts, column->how, value);
    if (column->how == HEX)
        return put_hex(texts, value);
    if (column->how == LIST)
        return put_list(ends, value) || put_end(lists, ends->used / 4 - 1);
    return put_asked(texts, column->how, value, PyTuple_GET_ITEM(row, column->other)) || put_end(ends, texts->used);
}

static int start_column(Column *column, PyObject *wanted)
{
    if (!PyArg_ParseTuple(wanted, "innK", &column->how, &column->place, &column->other, &column->blank))
        return -1;
    if (column->how < NUMBER64 || column->how > BODY || column->place < 0 || column->other < 0) {
        PyErr_SetString(PyExc_ValueError, "no such column");
        return -1;
    }
    return (column->how >= PLAIN && put_end(&column->parts[1], 0)) ||
                   (column->how == LIST && put_end(&column->parts[0], 0))
               ? -1
               : 0;
}

/* Buffers, the outermost first. */
static PyObject *end_column(Column *column)
{
    Array *parts = column->parts;
    if (column->how == LIST)
        return Py_BuildValue("NNN", finished(&parts[0]), finished(&parts[1]), finished(&parts[2]));
    return column->how < PLAIN ? Py_BuildValue("(N)", finished(&parts[2]))
                               : Py_BuildValue("NN", finished(&parts[1]), finished(&parts[2]));
}

/* Row by row, so that each is in the processor's cache when its parts are taken. */
static int put_rows(Column *columns, Py_ssize_t count, PyObject *rows)
{
    Py_ssize_t least = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        Py_ssize_t last = columns[k].place > columns[k].other ? columns[k].place : columns[k].other;
        least = last >= least ? last + 1 : least;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = PyList_GET_ITEM(rows, i);
        if (!PyTuple_Check(row) || PyTuple_GET_SIZE(row) < least) {
            PyErr_SetString(PyExc_ValueError, "not a row");
            return -1;
        }
        for (Py_ssize_t k = 0; k < count; k++)
            if (put_part(&columns[k], row))
                return -1;
    }
    return 0;
}

const char rows_doc[] = "rows(rows, wanted) -> [(Buffer, ...), ...]\n\n"
                        "Columns of a list of tuples; wanted: (how, place, other place, places left blank) of each.";

PyObject *rows_as_columns(PyObject *module, PyObject *arguments)
{
    PyObject *rows, *wanted;
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyList_Type, &rows, &PyTuple_Type, &wanted))
        return NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(wanted);
    Column *columns = PyMem_Calloc(count + 1, sizeof(Column));
    PyObject *made = columns ? PyList_New(0) : PyErr_NoMemory();
    for (Py_ssize_t k = 0; made && k < count; k++)
        if (start_column(&columns[k], PyTuple_GET_ITEM(wanted, k)))
            Py_CLEAR(made);
    if (made && put_rows(columns, count, rows))
        Py_CLEAR(made);
    for (Py_ssize_t k = 0; made && k < count; k++) {
        PyObject *one = end_column(&columns[k]);
        if (!one || PyList_Append(made, one))
            Py_CLEAR(made);
        Py_XDECREF(one);
    }
    for (Py_ssize_t k = 0; columns && k < count; k++)
        for (int i = 0; i < 3; i++)
            PyMem_RawFree(columns[k].parts[i].data);
    PyMem_Free(columns);
    return made;
}
