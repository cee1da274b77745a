/* Columns of facts: a row for each record, numbers for names, and the facts that correlation wants as Python objects.

   The same record is taken once; the counts know of all. */

#include "native.h"
#include "structmember.h"

int number_of(Columns *self, int which, PyObject *name)
{
    PyObject *known = PyDict_GetItemWithError(self->numbers[which], name);
    if (known)
        return (int)PyLong_AsLong(known);
    if (PyErr_Occurred())
        return -1;
    Py_ssize_t number = PyList_GET_SIZE(self->names[which]);
    PyObject *made = PyLong_FromSsize_t(number);
    if (!made || PyDict_SetItem(self->numbers[which], name, made) || PyList_Append(self->names[which], name))
        number = -1;
    Py_XDECREF(made);
    return (int)number;
}

static int add_count(Array *counts, int number)
{
    int64_t none = 0;
    while (counts->used <= (size_t)number * 8)
        if (put(counts, &none, 8))
            return -1;
    ((int64_t *)counts->data)[number]++;
    return 0;
}

#define ROW_BITS 0xFFFFFFFFull

/* Make the table of what was seen large enough for one more. */
static int grow_seen(Columns *self)
{
    size_t bigger = self->seen_size ? self->seen_size * 2 : 1 << 16;
    if ((size_t)self->rows * 2 < self->seen_size)
        return 0;
    uint64_t *seen = PyMem_RawCalloc(bigger, 8);
    if (!seen) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < self->seen_size; i++)
        if (self->seen[i]) {
            size_t place = self->seen[i] >> 32 & (bigger - 1);
            while (seen[place])
                place = (place + 1) & (bigger - 1);
            seen[place] = self->seen[i];
        }
    PyMem_RawFree(self->seen);
    self->seen = seen;
    self->seen_size = bigger;
    return 0;
}

/* Whether the same record stands in the columns already; else it is remembered as the next row. */
static int is_double(Columns *self, const char *raw, size_t size, uint64_t hash, int64_t ts, int host, int program)
{
    if (grow_seen(self))
        return -1;
    hash &= ~ROW_BITS;
    size_t place = hash >> 32 & (self->seen_size - 1);
    for (; self->seen[place]; place = (place + 1) & (self->seen_size - 1)) {
        if ((self->seen[place] & ~ROW_BITS) != hash)
            continue;
        int32_t row = (int32_t)((self->seen[place] & ROW_BITS) - 1), begin = ((int32_t *)self->raw_end.data)[row];
        int32_t end = ((int32_t *)self->raw_end.data)[row + 1];
        if ((size_t)(end - begin) == size && !memcmp(self->raw.data + begin, raw, size) &&
            ((int64_t *)self->ts.data)[row] == ts && ((int32_t *)self->column[HOST].data)[row] == host &&
            ((int32_t *)self->column[PROGRAM].data)[row] == program)
            return 1;
    }
    self->seen[place] = hash | (uint64_t)(self->rows + 1);
    return 0;
}

int add_row(Columns *self, int64_t ts, int host, int program, uint32_t pid, int kind, int source, const char *raw,
            size_t size, uint64_t hash)
{
    if (add_count(&self->counts, kind) || (kind == self->foreign_kind && add_count(&self->foreign, program)))
        return -1;
    if (ts) {
        if (!self->low || ts < self->low)
            self->low = ts;
        if (ts > self->high)
            self->high = ts;
    }
    self->last = ts;
    int twice = is_double(self, raw, size, hash, ts, host, program);
    if (twice)
        return twice < 0 ? -1 : 0;
    if (self->raw.used + size > INT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "too much text for one window");
        return -1;
    }
    if (put(&self->raw, raw, size))
        return -1;
    int32_t end = (int32_t)self->raw.used, numbers[4] = {host, program, kind, source};
    for (int i = 0; i < 4; i++)
        if (put(&self->column[i], &numbers[i], 4))
            return -1;
    if (put(&self->ts, &ts, 8) || put(&self->pid, &pid, 4) || put(&self->raw_end, &end, 4))
        return -1;
    self->rows++;
    return 1;
}

int keep(Columns *self, PyObject *fact)
{
    int32_t row = (int32_t)self->rows - 1;
    int bad = !fact || PyList_Append(self->facts, fact) || put(&self->row, &row, 4);
    Py_XDECREF(fact);
    return bad ? -1 : 0;
}
PyDoc_STRVAR(add_doc, "add(facts)\n\nAppend facts that were made elsewhere.");

static PyObject *columns_add(Columns *self, PyObject *facts)
{
    for (Py_ssize_t i = 0; PyList_Check(facts) && i < PyList_GET_SIZE(facts); i++) {
        PyObject *fact = PyList_GET_ITEM(facts, i), *kind = PyTuple_GET_ITEM(fact, 4);
        int host = number_of(self, HOST, PyTuple_GET_ITEM(fact, 1));
        int program = number_of(self, PROGRAM, PyTuple_GET_ITEM(fact, 2)), number = number_of(self, KIND, kind);
        int source = number_of(self, SOURCE, PyTuple_GET_ITEM(PyTuple_GET_ITEM(fact, 8), 0));
        int wanted = PySet_Contains(self->wanted, kind);
        int64_t ts = PyLong_AsLongLong(PyTuple_GET_ITEM(fact, 0));
        int64_t pid = PyLong_AsLongLong(PyTuple_GET_ITEM(fact, 3));
        if (PyErr_Occurred() || (number == self->loss_kind && PyList_Append(self->losses, fact)))
            return NULL;
        PyObject *raw = PyUnicode_AsEncodedString(PyTuple_GET_ITEM(fact, 7), "utf-8", "surrogateescape");
        if (!raw)
            return NULL;
        int added = add_row(self, ts, host, program, pid < 0 || pid > UINT32_MAX ? 0 : (uint32_t)pid, number, source,
                            PyBytes_AS_STRING(raw), PyBytes_GET_SIZE(raw),
                            hashed(PyBytes_AS_STRING(raw), PyBytes_GET_SIZE(raw)));
        Py_DECREF(raw);
        if (added < 0)
            return NULL;
        if (added && wanted) {
            Py_INCREF(fact);
            if (keep(self, fact))
                return NULL;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *counted(Array *counts, PyObject *names)
{
    PyObject *made = PyDict_New();
    for (size_t i = 0; made && i < counts->used / 8; i++) {
        int64_t *count = (int64_t *)counts->data + i;
        PyObject *number = *count ? PyLong_FromLongLong(*count) : NULL;
        if (*count && (!number || PyDict_SetItem(made, PyList_GET_ITEM(names, i), number)))
            Py_CLEAR(made);
        Py_XDECREF(number);
        *count = 0;
    }
    return made;
}

PyDoc_STRVAR(take_doc, "take() -> (kinds, programs of kind foreign, facts of kind loss, earliest, latest)\n\n"
                       "Counts since the last call, of doubles too.");

static PyObject *columns_take(Columns *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *kinds = counted(&self->counts, self->names[KIND]);
    PyObject *foreign = counted(&self->foreign, self->names[PROGRAM]), *losses = self->losses;
    self->losses = PyList_New(0);
    long long low = self->low, high = self->high;
    self->low = self->high = 0;
    return self->losses ? Py_BuildValue("NNNLL", kinds, foreign, losses, low, high) : NULL;
}

PyDoc_STRVAR(finish_doc, "finish(keys) -> {column: Buffer or (Buffer, ...)}\n\n"
                         "The columns; keys: of `facts`, in order, all other rows get \"\". Nothing can be added after.");

/* The keys of all rows, as ends and texts. */
static int put_keys(Columns *self, PyObject *keys, Array *ends, Array *data)
{
    Py_ssize_t next = 0, count = (Py_ssize_t)(self->row.used / 4);
    const Sketch *told = (const Sketch *)self->sketches.sketches.data;
    const Sketch *stop = told ? told + self->sketches.sketches.used / sizeof *told : NULL;
    int32_t end = 0;
    if (put(ends, &end, 4))
        return -1;
    for (Py_ssize_t row = 0; row < self->rows; row++) {
        for (; told < stop && told->row < row; told++)
            ;
        if (next < count && ((int32_t *)self->row.data)[next] == row) {
            if (put_text(data, PyList_GET_ITEM(keys, next++)))
                return -1;
        } else if (told < stop && told->row == row && put_sketched_key(self, told, data)) {
            return -1;
        }
        if (data->used > INT32_MAX) {
            PyErr_SetString(PyExc_OverflowError, "too much text for one window");
            return -1;
        }
        end = (int32_t)data->used;
        if (put(ends, &end, 4))
            return -1;
    }
    return 0;
}

static PyObject *columns_finish(Columns *self, PyObject *keys)
{
    Array ends = {0}, data = {0};
    if (!PyList_Check(keys) || PyList_GET_SIZE(keys) != (Py_ssize_t)(self->row.used / 4))
        return PyErr_Format(PyExc_ValueError, "not a key for each fact");
    if (self->sketching && self->sketches.sketches.used)
        return PyErr_Format(PyExc_ValueError, "not all facts were made");
    if (put_keys(self, keys, &ends, &data)) {
        PyMem_RawFree(ends.data);
        PyMem_RawFree(data.data);
        return NULL;
    }
    sketches_free(&self->sketches); /* they stand in the text that is given away */
    return Py_BuildValue("{s:N,s:N,s:N,s:N,s:N,s:N,s:(NN),s:(NN)}", "ts", finished(&self->ts), "pid",
                         finished(&self->pid), "host", finished(&self->column[HOST]), "program",
                         finished(&self->column[PROGRAM]), "kind", finished(&self->column[KIND]), "source",
                         finished(&self->column[SOURCE]), "key", finished(&ends), finished(&data), "raw",
                         finished(&self->raw_end), finished(&self->raw));
}

static PyObject *columns_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(names))
{
    PyObject *fact_type, *wanted, *keyed, *find, *tidy;
    int sketching = 0;
    Py_ssize_t expected = 0;
    if (!PyArg_ParseTuple(arguments, "O!OOOO|pn", &PyType_Type, &fact_type, &wanted, &keyed, &find, &tidy, &sketching,
                          &expected))
        return NULL;
    Columns *self = (Columns *)type->tp_alloc(type, 0);
    if (!self)
        return NULL;
    self->fact_type = (PyTypeObject *)fact_type;
    self->sketching = sketching;
    self->wanted = wanted;
    self->keyed = keyed;
    self->find = find;
    self->tidy = tidy;
    Py_INCREF(fact_type);
    Py_INCREF(wanted);
    Py_INCREF(keyed);
    Py_INCREF(find);
    Py_INCREF(tidy);
    int32_t none = 0;
    for (int i = 0; i < 4; i++) {
        self->names[i] = PyList_New(0);
        self->numbers[i] = PyDict_New();
    }
    self->facts = PyList_New(0);
    self->losses = PyList_New(0);
    self->heads = PyMem_Malloc(HEADS * sizeof(Head)); /* what is not used is no memory */
    self->head_places = PyMem_Calloc(HEAD_PLACES, sizeof *self->head_places);
    self->keys = PyMem_Calloc(KEYS, sizeof(PyObject *));
    PyObject *foreign = PyUnicode_FromString("foreign"), *loss = PyUnicode_FromString("loss");
    if (!self->heads || !self->head_places || !self->keys || !foreign || !loss || PyErr_Occurred() ||
        put(&self->raw_end, &none, 4) ||
        (expected > 0 && expected <= INT32_MAX && room(&self->raw, (size_t)expected))) {
        Py_DECREF(self);
        return NULL;
    }
    self->foreign_kind = number_of(self, KIND, foreign);
    self->loss_kind = number_of(self, KIND, loss);
    Py_DECREF(foreign);
    Py_DECREF(loss);
    return (PyObject *)self;
}

static void columns_free(Columns *self)
{
    Array *arrays[] = {&self->ts, &self->pid, &self->raw_end, &self->raw, &self->row, &self->counts, &self->foreign};
    if (self->heads && self->head_places)
        forget_heads(self);
    PyMem_Free(self->heads);
    PyMem_Free(self->head_places);
    for (int i = 0; self->keys && i < KEYS; i++)
        Py_XDECREF(self->keys[i]);
    PyMem_Free(self->keys);
    for (size_t i = 0; i < self->loaded.used / sizeof(Loaded); i++) {
        Loaded *loaded = (Loaded *)self->loaded.data + i;
        for (int k = 0; k < loaded->count; k++)
            shape_free(&loaded->shapes[k]);
        PyMem_Free(loaded->shapes);
        Py_DECREF(loaded->given);
    }
    PyMem_RawFree(self->loaded.data);
    sketches_free(&self->sketches);
    Py_CLEAR(self->rules.given);
    Py_CLEAR(self->rules.nothing);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        PyMem_RawFree(arrays[i]->data);
    for (int i = 0; i < 4; i++) {
        PyMem_RawFree(self->column[i].data);
        Py_CLEAR(self->names[i]);
        Py_CLEAR(self->numbers[i]);
    }
    PyMem_RawFree(self->seen);
    Py_CLEAR(self->facts);
    Py_CLEAR(self->losses);
    Py_CLEAR(self->wanted);
    Py_CLEAR(self->keyed);
    Py_CLEAR(self->find);
    Py_CLEAR(self->tidy);
    Py_CLEAR(self->fact_type);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef columns_methods[] = {
    {"bsd", (PyCFunction)columns_bsd, METH_VARARGS, bsd_doc},
    {"iso", (PyCFunction)columns_iso, METH_VARARGS, iso_doc},
    {"add", (PyCFunction)columns_add, METH_O, add_doc},
    {"take", (PyCFunction)columns_take, METH_NOARGS, take_doc},
    {"plain", (PyCFunction)columns_plain, METH_VARARGS, plain_doc},
    {"finish", (PyCFunction)columns_finish, METH_O, finish_doc},
    {NULL},
};
static PyMemberDef columns_members[] = {
    {"facts", T_OBJECT, offsetof(Columns, facts), READONLY, "Facts of the kinds that correlation wants."},
    {"rows", T_PYSSIZET, offsetof(Columns, rows), READONLY, "Records in the columns."},
    {"last", T_LONGLONG, offsetof(Columns, last), READONLY, "Time (microseconds) of the record added last."},
    {"hosts", T_OBJECT, offsetof(Columns, names[HOST]), READONLY, "What the numbers of a column stand for."},
    {"programs", T_OBJECT, offsetof(Columns, names[PROGRAM]), READONLY, "What the numbers of a column stand for."},
    {"kinds", T_OBJECT, offsetof(Columns, names[KIND]), READONLY, "What the numbers of a column stand for."},
    {"sources", T_OBJECT, offsetof(Columns, names[SOURCE]), READONLY, "What the numbers of a column stand for."},
    {NULL},
};
PyTypeObject ColumnsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "mailwake.events._native.Columns",
    .tp_basicsize = sizeof(Columns),
    .tp_new = columns_new,
    .tp_dealloc = (destructor)columns_free,
    .tp_methods = columns_methods,
    .tp_members = columns_members,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Columns(fact type, kinds wanted, those of them that shapes give only with a key, find, tidy, sketching,\n"
              "        expected)\n"
              "\n"
              "find: text of a head -> ((host, program, pid, parser), shapes) or None. sketching: most records\n"
              "are kept without facts, until `plain` has told which of these are needed. expected: bytes of text\n"
              "that there will be, about; an array that grows is copied again and again.",
};

