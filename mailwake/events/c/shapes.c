/* Shapes: a regular expression's program, and how the fields of a fact are made of its groups.

   Backtracking, leftmost and greedy as Python's `re`, over ASCII bytes. Which expressions there are, and what they mean,
   is said by the sources, in Python; nothing here knows a product. */

#include "native.h"

enum { LITERAL, RUN, MARK, BRANCH, END, ACCEPT };

static int match(const Pattern *pattern, int number, const uint8_t *at, Found *found)
{
    for (;;) {
        const Node *node = &pattern->nodes[number];
        switch (node->op) {
        case LITERAL: {
            const uint8_t *literal = pattern->literals + node->a;
            if (found->end - at < node->b || *at != *literal || memcmp(at, literal, node->b) != 0)
                return 0;
            at += node->b;
            break;
        }
        case RUN: {
            const uint8_t *set = node->a < 0 ? NULL : pattern->sets + 256 * node->a; /* NULL: all bytes */
            const uint8_t *stop = found->end - at > node->c ? at + node->c : found->end;
            const uint8_t *here = set ? at : stop;
            while (here < stop && set[*here])
                here++;
            if (here - at < node->b)
                return 0;
            if (!node->possessive) {
                const Node *next = &pattern->nodes[node->next];
                int first = next->op == LITERAL ? pattern->literals[next->a] : -1;
                for (;; here--) {
                    if ((first < 0 || (here < found->end && *here == first)) &&
                        match(pattern, node->next, here, found))
                        return 1;
                    if (here - at == node->b)
                        return 0;
                }
            }
            at = here;
            break;
        }
        case MARK: {
            const uint8_t *before = found->marks[node->a];
            found->marks[node->a] = at;
            if (node->possessive)
                break;
            if (match(pattern, node->next, at, found))
                return 1;
            found->marks[node->a] = before;
            return 0;
        }
        case BRANCH:
            for (int i = 0; i < node->b; i++)
                if (match(pattern, pattern->branches[node->a + i], at, found))
                    return 1;
            return 0;
        case END:
            if (at != found->end)
                return 0;
            break;
        default:
            return 1;
        }
        number = node->next;
    }
}

int pattern_match(const Pattern *pattern, const uint8_t *text, const uint8_t *end, Found *found)
{
    if (text < end && !pattern->begins[*text])
        return 0;
    for (int i = 0; i < pattern->marks; i++)
        found->marks[i] = NULL;
    found->end = end;
    return match(pattern, pattern->start, text, found);
}

static uint8_t *copied(PyObject *bytes)
{
    Py_ssize_t size = PyBytes_GET_SIZE(bytes);
    uint8_t *copy = PyMem_Malloc(size ? size : 1);
    if (copy)
        memcpy(copy, PyBytes_AS_STRING(bytes), size);
    else
        PyErr_NoMemory();
    return copy;
}

static int pattern_load(Pattern *pattern, PyObject *program)
{
    PyObject *nodes, *branches, *literals, *sets, *begins;
    memset(pattern, 0, sizeof *pattern);
    if (!PyArg_ParseTuple(program, "iO!O!SSiS", &pattern->start, &PyList_Type, &nodes, &PyList_Type, &branches,
                          &literals, &sets, &pattern->marks, &begins))
        return -1;
    if (pattern->marks < 0 || pattern->marks > MARKS || PyBytes_GET_SIZE(begins) != 256) {
        PyErr_SetString(PyExc_ValueError, "not a program");
        return -1;
    }
    memcpy(pattern->begins, PyBytes_AS_STRING(begins), 256);
    pattern->count = (int)PyList_GET_SIZE(nodes);
    pattern->nodes = PyMem_Calloc(pattern->count + 1, sizeof(Node));
    pattern->branches = PyMem_Calloc(PyList_GET_SIZE(branches) + 1, sizeof(int));
    pattern->literals = copied(literals);
    pattern->sets = copied(sets);
    if (!pattern->nodes || !pattern->branches || !pattern->literals || !pattern->sets)
        return -1;
    for (int i = 0; i < pattern->count; i++) {
        Node *node = &pattern->nodes[i];
        if (!PyArg_ParseTuple(PyList_GET_ITEM(nodes, i), "iiiiii", &node->op, &node->a, &node->b, &node->c,
                              &node->possessive, &node->next))
            return -1;
        if (node->op == RUN && !memchr(pattern->sets + 256 * node->a, 0, 256))
            node->a = -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(branches); i++)
        pattern->branches[i] = (int)PyLong_AsLong(PyList_GET_ITEM(branches, i));
    return PyErr_Occurred() ? -1 : 0;
}

static void pattern_free(Pattern *pattern)
{
    PyMem_Free(pattern->nodes);
    PyMem_Free(pattern->branches);
    PyMem_Free(pattern->literals);
    PyMem_Free(pattern->sets);
}

static PyObject *ascii(const uint8_t *text, Py_ssize_t size)
{
    PyObject *made = PyUnicode_New(size, 127);
    if (made && size)
        memcpy(PyUnicode_1BYTE_DATA(made), text, size);
    return made;
}

PyObject *group_text(const Found *found, int group)
{
    const uint8_t *from = found->marks[2 * group], *to = found->marks[2 * group + 1];
    return from && to ? ascii(from, to - from) : PyUnicode_New(0, 0);
}

int whole_of(const uint8_t *from, const uint8_t *to, int64_t *value)
{
    *value = 0;
    if (to == from || to - from > 18)
        return -1;
    for (; from < to; from++) {
        if (*from < '0' || *from > '9')
            return -1;
        *value = *value * 10 + (*from - '0');
    }
    return 0;
}

static PyObject *whole(const uint8_t *from, const uint8_t *to)
{
    int64_t value;
    if (whole_of(from, to, &value))
        return PyErr_Format(PyExc_ValueError, "no number of 1 to 18 digits");
    return PyLong_FromLongLong(value);
}

/* The quotient of two exact doubles is the double nearest to the number, which is what float() gives. */
int decimal_of(const uint8_t *from, const uint8_t *to, double *value)
{
    double digits = 0, scale = 1;
    int fraction = 0, below = from < to && *from == '-';
    from += below;
    if (to == from || to - from > 16)
        return -1;
    for (; from < to; from++) {
        if (*from == '.' && !fraction) {
            fraction = 1;
            continue;
        }
        if (*from < '0' || *from > '9')
            return -1;
        digits = digits * 10 + (*from - '0');
        if (fraction)
            scale *= 10;
    }
    *value = below && digits > 0 ? -(digits / scale) : digits / scale;
    return 0;
}

static PyObject *decimal(const uint8_t *from, const uint8_t *to)
{
    double value;
    if (decimal_of(from, to, &value))
        return PyErr_Format(PyExc_ValueError, "no number of 1 to 15 digits");
    return PyFloat_FromDouble(value);
}

/* The cache is the shape's, for all windows of a process. */
static PyObject *remembered(const Field *field, PyObject *text)
{
    PyObject *known = PyDict_GetItemWithError(field->cache, text);
    if (known || PyErr_Occurred())
        return known;
    if (PyDict_GET_SIZE(field->cache) >= 8192)
        PyDict_Clear(field->cache);
    known = PyObject_CallOneArg(field->argument, text);
    if (!known)
        return NULL;
    int failed = PyDict_SetItem(field->cache, text, known);
    Py_DECREF(known); /* the cache holds it */
    return failed ? NULL : known;
}

PyObject *looked_up(const Field *field, const uint8_t *from, const uint8_t *to)
{
    size_t size = to - from;
    Answer *last = &field->answers[hashed((const char *)from, size) % ANSWERS];
    if (last->text && (size_t)PyUnicode_GET_LENGTH(last->text) == size &&
        !memcmp(PyUnicode_1BYTE_DATA(last->text), from, size))
        return last->value;
    PyObject *text = ascii(from, size);
    if (!text)
        return NULL;
    PyObject *value = field->how == MAPPED ? PyDict_GetItemWithError(field->argument, text) : remembered(field, text);
    if (!value && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, text);
    if (value) {
        Py_INCREF(text);
        Py_XSETREF(last->text, text);
        Py_INCREF(value);
        Py_XSETREF(last->value, value);
    }
    Py_DECREF(text);
    return value;
}

static PyObject *value_of(const Field *field, const uint8_t *from, const uint8_t *to)
{
    if (field->how == WHOLE)
        return whole(from, to);
    if (field->how == DECIMAL)
        return decimal(from, to);
    if (field->how == MAPPED || field->how == MERGED) {
        PyObject *value = looked_up(field, from, to);
        Py_XINCREF(value);
        return value;
    }
    PyObject *text = ascii(from, to - from);
    if (!text || field->how != LISTED)
        return text;
    PyObject *parts = PyUnicode_Split(text, field->argument, -1);
    Py_DECREF(text);
    return parts;
}

PyObject *shape_fields(const Shape *shape, const Found *found)
{
    PyObject *fields = NULL;
    for (int i = 0; i < shape->field_count; i++) {
        const Field *field = &shape->fields[i];
        PyObject *value;
        if (field->how == CONSTANT) {
            value = field->argument;
            Py_INCREF(value);
        } else {
            const uint8_t *from = found->marks[2 * field->group], *to = found->marks[2 * field->group + 1];
            if (!from || !to)
                continue;
            value = value_of(field, from, to);
            if (!value)
                goto failed;
        }
        int bad;
        if (field->how != MERGED) {
            if (!fields && !(fields = PyDict_New()))
                bad = -1;
            else
                bad = PyDict_SetItem(fields, field->name, value);
        } else if (fields) {
            bad = PyDict_Update(fields, value);
        } else {
            fields = PyDict_Copy(value);
            bad = fields ? 0 : -1;
        }
        Py_DECREF(value);
        if (bad)
            goto failed;
    }
    if (!fields && !(fields = PyDict_New()))
        return NULL;
    if (shape->finish != Py_None) {
        PyObject *done = PyObject_CallOneArg(shape->finish, fields);
        if (!done)
            goto failed;
        Py_DECREF(done);
    }
    return fields;
failed:
    Py_XDECREF(fields);
    return NULL;
}

int shape_load(Shape *shape, PyObject *given)
{
    PyObject *program, *fields;
    memset(shape, 0, sizeof *shape);
    if (!PyArg_ParseTuple(given, "O!UiO!O", &PyTuple_Type, &program, &shape->kind, &shape->key_group, &PyTuple_Type,
                          &fields, &shape->finish))
        return -1;
    Py_INCREF(shape->kind);
    Py_INCREF(shape->finish);
    if (pattern_load(&shape->pattern, program))
        return -1;
    shape->fields = PyMem_Calloc(PyTuple_GET_SIZE(fields) + 1, sizeof(Field));
    if (!shape->fields)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(fields); i++) {
        Field *field = &shape->fields[i];
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(fields, i), "iUiOO!", &field->how, &field->name, &field->group,
                              &field->argument, &PyDict_Type, &field->cache))
            return -1;
        if (field->how == LISTED && (!PyUnicode_Check(field->argument) || !PyUnicode_GET_LENGTH(field->argument))) {
            PyErr_SetString(PyExc_TypeError, "nothing stands between the parts of a list");
            field->argument = NULL;
            return -1;
        }
        Py_INCREF(field->name);
        PyUnicode_InternInPlace(&field->name);
        Py_INCREF(field->argument);
        Py_INCREF(field->cache);
        shape->field_count = (int)i + 1;
        if (field->how != MERGED && field->how != MAPPED)
            continue;
        field->answers = PyMem_Calloc(ANSWERS, sizeof(Answer));
        if (!field->answers) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return take_role(shape);
}

void shape_free(Shape *shape)
{
    pattern_free(&shape->pattern);
    for (int i = 0; i < shape->field_count; i++) {
        Py_CLEAR(shape->fields[i].name);
        Py_CLEAR(shape->fields[i].argument);
        Py_CLEAR(shape->fields[i].cache);
        for (int k = 0; shape->fields[i].answers && k < ANSWERS; k++) {
            Py_XDECREF(shape->fields[i].answers[k].text);
            Py_XDECREF(shape->fields[i].answers[k].value);
        }
        PyMem_Free(shape->fields[i].answers);
    }
    PyMem_Free(shape->fields);
    PyMem_Free(shape->places);
    Py_CLEAR(shape->kind);
    Py_CLEAR(shape->finish);
}
