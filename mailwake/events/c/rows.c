/* Rows as columns, in Arrow's layout, without an object of Arrow's for each; and without one of Python's for those that
   were told of records without objects. */

#include "native.h"

/* How a column is made of a part of each row; `store.journeys` names them. */
enum { NUMBER64, NUMBER32, LENGTH, HEX, PLAIN, LOWER, SAME, LIST, BODY };

static const char unknown = 1, same = 2; /* `store.query` */

static int is_not(const char *what)
{
    PyErr_Format(PyExc_TypeError, "a row may not hold anything but %s there", what);
    return -1;
}

static int put_number(Array *out, int how, const Part *part)
{
    long long number = part->number;
    int overflow = part->large ? (int)number : 0;
    if (part->kind != A_NUMBER)
        return is_not("a number");
    if (how == LENGTH && (overflow || number < 0)) /* what no message can have */
        number = overflow > 0 ? INT64_MAX : 0, overflow = 0;
    if (overflow || (how == NUMBER32 && (number < 0 || number > UINT32_MAX))) {
        PyErr_SetString(PyExc_OverflowError, "a number of a row is too large");
        return -1;
    }
    uint32_t small = (uint32_t)number;
    return how == NUMBER32 ? put(out, &small, 4) : put(out, &number, 8);
}

static int nibble(char letter)
{
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= '0' && letter <= '9' ? letter - '0' : -1;
}

/* 32 hex digits as the bytes that they stand for. */
static int read_hex(const Part *part, unsigned char *bytes)
{
    int good = part->kind == A_TEXT && part->text.data && part->text.size == 32;
    for (int i = 0; good && i < 32; i += 2) {
        int high = nibble(part->text.data[i]), low = nibble(part->text.data[i + 1]);
        good = high >= 0 && low >= 0;
        bytes[i / 2] = (unsigned char)(high << 4 | low);
    }
    if (!good)
        PyErr_SetString(PyExc_ValueError, "not 32 hex digits");
    return good ? 0 : -1;
}

static int put_hex(Array *out, const Part *part)
{
    unsigned char bytes[16];
    return read_hex(part, bytes) || put(out, bytes, 16);
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

static int put_lower(Array *out, const Piece *text)
{
    if (text->object) {
        PyObject *low = PyObject_CallMethod(text->object, "lower", NULL);
        int bad = !low || put_searched(out, low);
        Py_XDECREF(low);
        return bad ? -1 : 0;
    }
    if (room(out, text->size))
        return -1;
    char *to = out->data + out->used;
    for (Py_ssize_t i = 0; i < text->size; i++)
        to[i] = text->data[i] >= 'A' && text->data[i] <= 'Z' ? (char)(text->data[i] + 32) : text->data[i];
    out->used += text->size;
    return 0;
}

static int are_same(const Part *one, const Part *other)
{
    if (one->kind != other->kind || !one->text.object != !other->text.object)
        return 0;
    if (one->kind != A_TEXT)
        return one->kind == NOTHING;
    if (one->text.object)
        return PyUnicode_Compare(one->text.object, other->text.object) == 0;
    return one->text.size == other->text.size && !memcmp(one->text.data, other->text.data, one->text.size);
}

static int put_asked(Array *out, int how, const Part *part, const Part *other)
{
    if (how == SAME && are_same(part, other))
        return PyErr_Occurred() ? -1 : put(out, &same, 1);
    if (how != PLAIN && part->kind == NOTHING)
        return put(out, &unknown, 1);
    if (part->kind != A_TEXT)
        return is_not("text");
    if (how != PLAIN)
        return put_lower(out, &part->text);
    return part->text.object ? put_searched(out, part->text.object) : put(out, part->text.data, part->text.size);
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

static int put_list(Array *ends, Array *texts, const Parts *parts, const Part *part)
{
    if (part->kind != A_LIST)
        return is_not("a list");
    const Piece *one = list_of(parts, part);
    for (int i = 0; i < part->count; i++, one++) {
        int bad = one->object ? put_text(texts, one->object) : put(texts, one->data, one->size);
        if (bad || put_end(ends, texts->used))
            return -1;
    }
    return 0;
}

typedef struct {
    int how;
    Py_ssize_t place, other;
    unsigned long long blank;
    Array parts[3]; /* ends of lists, ends of texts, texts or numbers */
} Column;

static int put_part(Column *column, const Parts *row)
{
    Array *texts = &column->parts[2], *ends = &column->parts[1], *lists = &column->parts[0];
    if (column->how == BODY)
        return put_body(texts, row, column->blank) || put_end(ends, texts->used);
    const Part *part = &row->part[column->place];
    if (column->how < HEX)
        return put_number(texts, column->how, part);
    if (column->how == HEX)
        return put_hex(texts, part);
    if (column->how == LIST)
        return put_list(ends, texts, row, part) || put_end(lists, ends->used / 4 - 1);
    return put_asked(texts, column->how, part, &row->part[column->other]) || put_end(ends, texts->used);
}

static int start_column(Column *column, PyObject *wanted)
{
    if (!PyArg_ParseTuple(wanted, "innK", &column->how, &column->place, &column->other, &column->blank))
        return -1;
    if (column->how < NUMBER64 || column->how > BODY || column->place < 0 || column->other < 0 ||
        column->place >= ROW || column->other >= ROW) {
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

/* Where a row stands among the others: that of a tuple in the list, or -1 less that of one that was told. */
typedef struct {
    int64_t received;
    unsigned char id[16];
    uint32_t leaf;
    int32_t number;
} Place;

static int by_place(const void *one, const void *other)
{
    const Place *a = one, *b = other;
    int order = (a->received > b->received) - (a->received < b->received);
    if (!order)
        order = memcmp(a->id, b->id, sizeof a->id);
    return order ? order : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

/* The places of all rows, in the order of the engine's table: received, trace_id, leaf. */
static int put_places(Array *places, PyObject *rows, const Columns *told, Parts *parts)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(rows); i++) {
        Place place = {.number = (int32_t)i};
        if (take_tuple(parts, PyList_GET_ITEM(rows, i)) || read_hex(&parts->part[1], place.id))
            return -1;
        place.received = parts->part[0].number;
        place.leaf = (uint32_t)parts->part[2].number;
        if (put(places, &place, sizeof place))
            return -1;
    }
    const ToldRow *row = (const ToldRow *)told->sketches.told.data;
    for (int32_t i = 0; i < told_count(told); i++, row++) {
        Place place = {row->received, {0}, row->leaf, -1 - i};
        const Part id = {.kind = A_TEXT, .text = {row->id, 32, NULL}};
        if (read_hex(&id, place.id) || put(places, &place, sizeof place))
            return -1;
    }
    qsort(places->data, places->used / sizeof(Place), sizeof(Place), by_place);
    return 0;
}

/* Row by row, so that each is in the processor's cache when its parts are taken. */
static int put_row(Column *columns, Py_ssize_t count, const Parts *parts)
{
    for (Py_ssize_t k = 0; k < count; k++) {
        if (columns[k].place >= parts->count || columns[k].other >= parts->count) {
            PyErr_SetString(PyExc_ValueError, "not a row");
            return -1;
        }
        if (put_part(&columns[k], parts))
            return -1;
    }
    return 0;
}

static int put_rows(Column *columns, Py_ssize_t count, PyObject *rows, Columns *told)
{
    Parts parts = {.count = 0};
    Array places = {0};
    int bad = told && put_places(&places, rows, told, &parts);
    Py_ssize_t all = PyList_GET_SIZE(rows) + (told ? told_count(told) : 0);
    for (Py_ssize_t i = 0; !bad && i < all; i++) {
        int32_t number = told ? ((Place *)places.data)[i].number : (int32_t)i;
        bad = number < 0 ? take_told(told, -1 - number, &parts) : take_tuple(&parts, PyList_GET_ITEM(rows, number));
        bad = bad || put_row(columns, count, &parts);
    }
    parts_free(&parts);
    PyMem_RawFree(places.data);
    return bad ? -1 : 0;
}

const char rows_doc[] = "rows(rows, wanted, told) -> [(Buffer, ...), ...]\n\n"
                        "Columns of a list of tuples; wanted: (how, place, other place, places left blank) of each. told:\n"
                        "Columns of which rows were told, which stand among the others, all in order; or None.";

PyObject *rows_as_columns(PyObject *module, PyObject *arguments)
{
    PyObject *rows, *wanted, *told = Py_None;
    if (!PyArg_ParseTuple(arguments, "O!O!|O", &PyList_Type, &rows, &PyTuple_Type, &wanted, &told))
        return NULL;
    if (told != Py_None && !PyObject_TypeCheck(told, &ColumnsType))
        return PyErr_Format(PyExc_TypeError, "%R tells no rows", told);
    Py_ssize_t count = PyTuple_GET_SIZE(wanted);
    Column *columns = PyMem_Calloc(count + 1, sizeof(Column));
    PyObject *made = columns ? PyList_New(0) : PyErr_NoMemory();
    for (Py_ssize_t k = 0; made && k < count; k++)
        if (start_column(&columns[k], PyTuple_GET_ITEM(wanted, k)))
            Py_CLEAR(made);
    if (made && put_rows(columns, count, rows, told == Py_None ? NULL : (Columns *)told))
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
