/* The parts of a row, however it is kept: a tuple, or what was told of records without objects. */

#include "native.h"

Piece piece_of(PyObject *text)
{
    if (PyUnicode_IS_COMPACT_ASCII(text))
        return (Piece){(const char *)PyUnicode_1BYTE_DATA(text), PyUnicode_GET_LENGTH(text), NULL};
    return (Piece){NULL, 0, text};
}

void set_number(Parts *parts, int place, long long number)
{
    parts->part[place] = (Part){.kind = A_NUMBER, .number = number};
}

void set_piece(Parts *parts, int place, Piece piece)
{
    parts->part[place] = (Part){.kind = A_TEXT, .text = piece};
}

void set_text(Parts *parts, int place, PyObject *text)
{
    set_piece(parts, place, piece_of(text));
}

void set_nothing(Parts *parts, int place)
{
    parts->part[place] = (Part){.kind = NOTHING};
}

void start_list(Parts *parts, int place)
{
    parts->part[place] = (Part){.kind = A_LIST, .first = (int)(parts->pieces.used / sizeof(Piece))};
}

int put_piece(Parts *parts, int place, Piece piece)
{
    parts->part[place].count++;
    return put(&parts->pieces, &piece, sizeof piece);
}

const Piece *list_of(const Parts *parts, const Part *part)
{
    return (const Piece *)parts->pieces.data + part->first;
}

static int take_list(Parts *parts, int place, PyObject *value)
{
    start_list(parts, place);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); i++) {
        PyObject *text = PyTuple_GET_ITEM(value, i);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a list of a row may hold texts");
            return -1;
        }
        if (put_piece(parts, place, piece_of(text)))
            return -1;
    }
    return 0;
}

static int take_number(Parts *parts, int place, PyObject *value)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (number == -1 && PyErr_Occurred())
        return -1;
    set_number(parts, place, overflow ? overflow : number);
    parts->part[place].large = overflow ? value : NULL;
    return 0;
}

int take_tuple(Parts *parts, PyObject *row)
{
    if (!PyTuple_Check(row) || PyTuple_GET_SIZE(row) > ROW) {
        PyErr_SetString(PyExc_ValueError, "not a row");
        return -1;
    }
    parts->count = (int)PyTuple_GET_SIZE(row);
    parts->pieces.used = 0;
    for (int i = 0; i < parts->count; i++) {
        PyObject *value = PyTuple_GET_ITEM(row, i);
        int bad = 0;
        if (PyUnicode_Check(value))
            set_text(parts, i, value);
        else if (value == Py_None)
            set_nothing(parts, i);
        else if (PyLong_Check(value))
            bad = take_number(parts, i, value);
        else if (PyTuple_Check(value))
            bad = take_list(parts, i, value);
        else
            bad = (PyErr_Format(PyExc_TypeError, "a row may not hold %R", value), -1);
        if (bad)
            return -1;
    }
    return 0;
}

void parts_free(Parts *parts)
{
    PyMem_RawFree(parts->pieces.data);
    PyMem_RawFree(parts->words.data);
}
