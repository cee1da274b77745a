/* Lines of the two syslog shapes into columns: what `ingest.runs` does, line for line.

   A line is taken by a shape of its program (shapes.c), else by the program's parser; where that knows nothing of it
   either, or anything is odd, the loop ends and the careful way in Python reads the line. */

#include "native.h"

/* Shapes of one program: the same tuple is loaded once. */
static Loaded *load(Columns *self, PyObject *given)
{
    Loaded *all = (Loaded *)self->loaded.data;
    for (size_t i = 0; i < self->loaded.used / sizeof(Loaded); i++)
        if (all[i].given == given)
            return &all[i];
    Loaded made = {given, NULL, 0};
    made.shapes = PyMem_Calloc(PyTuple_GET_SIZE(given) + 1, sizeof(Shape));
    if (!made.shapes || put(&self->loaded, &made, sizeof made))
        return NULL;
    Py_INCREF(given);
    Loaded *kept = (Loaded *)(self->loaded.data + self->loaded.used) - 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(given); i++) {
        Shape *shape = &kept->shapes[i];
        kept->count = (int)i + 1;
        if (shape_load(shape, PyTuple_GET_ITEM(given, i)))
            return NULL;
        shape->kind_number = number_of(self, KIND, shape->kind);
        shape->wanted = PySet_Contains(self->wanted, shape->kind);
        int keyed = PySet_Contains(self->keyed, shape->kind);
        if (shape->kind_number < 0 || shape->wanted < 0 || keyed < 0)
            return NULL;
        if (keyed && !shape->key_group)
            shape->wanted = 0;
        if (!shape->wanted)
            shape->role = NO_ROLE;
    }
    return kept;
}

void forget_heads(Columns *self)
{
    for (int i = 0; i < self->head_count; i++) {
        PyMem_Free(self->heads[i].text);
        Py_CLEAR(self->heads[i].known);
    }
    memset(self->head_places, 0, HEAD_PLACES * sizeof *self->head_places);
    self->head_count = 0;
}

/* The head with this text; NULL when it is none, then maybe with an exception set. */
static Head *head_of(Columns *self, const char *text, int size)
{
    uint64_t hash = hashed(text, size);
    size_t place = hash % HEAD_PLACES;
    for (; self->head_places[place]; place = (place + 1) % HEAD_PLACES) {
        Head *head = &self->heads[self->head_places[place] - 1];
        if (head->hash == hash && head->size == size && !memcmp(head->text, text, size))
            return head;
    }
    PyObject *string = decoded(text, size, 0);
    PyObject *found = string ? PyObject_CallOneArg(self->find, string) : NULL;
    Py_XDECREF(string);
    if (!found || found == Py_None) {
        Py_XDECREF(found);
        return NULL;
    }
    PyObject *known, *shapes;
    Loaded *loaded = NULL;
    if (PyArg_ParseTuple(found, "O!O!", &PyTuple_Type, &known, &PyTuple_Type, &shapes))
        loaded = load(self, shapes);
    if (loaded && self->head_count >= HEADS) {
        forget_heads(self);
        place = hash % HEAD_PLACES;
    }
    Head made = {hash, loaded ? PyMem_Malloc(size + 1) : NULL, size, 0, 0, 0, NULL, NULL, 0};
    if (made.text) {
        memcpy(made.text, text, size);
        made.host = number_of(self, HOST, PyTuple_GET_ITEM(known, 0));
        made.program = number_of(self, PROGRAM, PyTuple_GET_ITEM(known, 1));
        made.pid = (uint32_t)PyLong_AsUnsignedLongLongMask(PyTuple_GET_ITEM(known, 2));
        made.known = known;
        made.shapes = loaded->shapes;
        made.shape_count = loaded->count;
        Py_INCREF(known);
    }
    Py_DECREF(found);
    if (!made.text || PyErr_Occurred())
        return NULL;
    self->heads[self->head_count++] = made;
    self->head_places[place] = (uint16_t)self->head_count;
    return &self->heads[self->head_count - 1];
}

typedef struct {
    PyObject *source, *origin, *ts_object;
    int source_number, untidy;
    int64_t ts;
    uint64_t hash; /* of the line */
} Run;

/* Takes over key, fields and raw. */
static PyObject *make_fact(Columns *self, PyObject *known, PyObject *ts, PyObject *origin, PyObject *kind,
                           PyObject *key, PyObject *fields, PyObject *raw)
{
    PyObject *fact = key && fields && raw ? self->fact_type->tp_alloc(self->fact_type, 9) : NULL;
    if (!fact) {
        Py_XDECREF(key);
        Py_XDECREF(fields);
        Py_XDECREF(raw);
        return NULL;
    }
    PyObject *parts[9] = {ts,   PyTuple_GET_ITEM(known, 0), PyTuple_GET_ITEM(known, 1), PyTuple_GET_ITEM(known, 2),
                          kind, key, fields, raw, origin};
    for (int i = 0; i < 9; i++) {
        if (i < 5 || i == 8)
            Py_INCREF(parts[i]);
        PyTuple_SET_ITEM(fact, i, parts[i]);
    }
    PyObject_GC_UnTrack(fact); /* it is part of no ring, and is let go sooner if the collector does not know it */
    return fact;
}

/* The key of a fact. All facts of a transaction get the same object, mostly: its hash is worked out once, and a dict
   that has it as a key need not compare the texts, which are no longer in the processor's cache. */
static PyObject *key_of(Columns *self, const Found *found, int group)
{
    const uint8_t *from = group ? found->marks[2 * group] : NULL;
    if (!from || found->marks[2 * group + 1] <= from)
        return group_text(found, group);
    size_t size = found->marks[2 * group + 1] - from;
    PyObject **place = &self->keys[hashed((const char *)from, size) % KEYS], *key = *place;
    if (!key || (size_t)PyUnicode_GET_LENGTH(key) != size || memcmp(PyUnicode_1BYTE_DATA(key), from, size)) {
        PyObject *made = group_text(found, group);
        if (!made)
            return NULL;
        *place = made;
        Py_XDECREF(key);
        key = made;
    }
    Py_INCREF(key);
    return key;
}

/* A line whose message has one of the head's shapes: 1; 0 when it has none. */
static int by_shape(Columns *self, const Head *head, const Run *run, const char *line, size_t size, const char *message)
{
    Found found;
    const uint8_t *text = (const uint8_t *)message, *end = (const uint8_t *)line + size;
    for (int i = 0; i < head->shape_count; i++) {
        const Shape *shape = &head->shapes[i];
        if (!pattern_match(&shape->pattern, text, end, &found))
            continue;
        PyObject *fields = NULL;
        Said said;
        int ready = self->sketching && shape->role ? read_said(shape, &found, &said) : 0;
        if (ready < 0)
            return -1;
        if (ready && is_usual(shape->role, &said)) {
            int taken = add_row(self, run->ts, head->host, head->program, head->pid, shape->kind_number,
                                run->source_number, line, size, run->hash);
            if (taken <= 0)
                return taken < 0 ? -1 : 1;
            return sketch(self, shape, &said, head->known, run->origin, line, message) ? -1 : 1;
        }
        if (shape->wanted && !(fields = shape_fields(shape, &found)))
            return -1;
        int added = add_row(self, run->ts, head->host, head->program, head->pid, shape->kind_number,
                            run->source_number, line, size, run->hash);
        if (added <= 0 || !shape->wanted) {
            Py_XDECREF(fields);
            return added < 0 ? -1 : 1;
        }
        PyObject *key = key_of(self, &found, shape->key_group);
        PyObject *fact = make_fact(self, head->known, run->ts_object, run->origin, shape->kind, key, fields,
                                   decoded(line, size, 1));
        return keep(self, fact) ? -1 : 1;
    }
    return 0;
}

PyObject *fact_of(Columns *self, const Sketch *sketch)
{
    const Shape *shape = sketch->shape;
    const int32_t *ends = (const int32_t *)self->raw_end.data + sketch->row;
    const char *line = self->raw.data + ends[0], *end = self->raw.data + ends[1];
    Found found;
    if (!pattern_match(&shape->pattern, (const uint8_t *)line + sketch->message, (const uint8_t *)end, &found))
        return PyErr_Format(PyExc_SystemError, "a record is not what it was");
    PyObject *ts = PyLong_FromLongLong(((int64_t *)self->ts.data)[sketch->row]);
    PyObject *fields = ts ? shape_fields(shape, &found) : NULL;
    PyObject *key = fields ? key_of(self, &found, shape->key_group) : NULL;
    PyObject *fact = NULL;
    if (key)
        fact = make_fact(self, sketch->known, ts, sketch->origin, shape->kind, key, fields,
                         decoded(line, end - line, 1));
    else
        Py_XDECREF(fields);
    Py_XDECREF(ts);
    return fact;
}

/* A line whose message the source's parser reads: 1; 0 when that does not know it. */
static int by_parser(Columns *self, const Head *head, const Run *run, const char *line, size_t size,
                     const char *message, int ascii)
{
    PyObject *text = decoded(message, line + size - message, ascii);
    if (text && run->untidy) {
        PyObject *tidy = PyObject_CallOneArg(self->tidy, text);
        Py_DECREF(text);
        text = tidy;
    }
    PyObject *parsed = text ? PyObject_CallOneArg(PyTuple_GET_ITEM(head->known, 3), text) : NULL;
    Py_XDECREF(text);
    if (!parsed || parsed == Py_None) {
        Py_XDECREF(parsed);
        return parsed ? 0 : -1;
    }
    int result = -1;
    PyObject *kind, *key, *fields;
    if (PyArg_ParseTuple(parsed, "UUO!", &kind, &key, &PyDict_Type, &fields)) {
        int number = number_of(self, KIND, kind), wanted = PySet_Contains(self->wanted, kind);
        int added = number < 0 || wanted < 0 ? -1
                                             : add_row(self, run->ts, head->host, head->program, head->pid, number,
                                                       run->source_number, line, size, run->hash);
        result = added < 0 ? -1 : 1;
        if (added >= 0 && (wanted || number == self->loss_kind)) {
            Py_INCREF(key);
            Py_INCREF(fields);
            PyObject *fact = make_fact(self, head->known, run->ts_object, run->origin, kind, key, fields,
                                       decoded(line, size, ascii));
            if (number == self->loss_kind && (!fact || PyList_Append(self->losses, fact)))
                result = -1;
            if (added && wanted)
                result = keep(self, fact) ? -1 : result;
            else
                Py_XDECREF(fact);
        }
    }
    Py_DECREF(parsed);
    return result;
}

static int one_line(Columns *self, const Head *head, Run *run, const char *line, size_t size,
                    const char *message)
{
    const char *end = line + size;
    run->hash = row_hash(self, line, size);
    int ascii = is_ascii(line, size);
    /* Ends that parsers cut off (blanks, an escaped line end `#012`), and Solaris' message ids, are for Python. */
    int plain = ascii && message < end && end[-1] > ' ' && !(end - message >= 4 && end[-4] == '#') && *message != '[';
    int taken = plain ? by_shape(self, head, run, line, size, message) : 0;
    return taken ? taken : by_parser(self, head, run, line, size, message, ascii);
}

static const char *colon(const char *from, const char *end)
{
    while (from < end && (from = memchr(from, ':', end - from))) {
        if (from + 1 < end && from[1] == ' ')
            return from;
        from++;
    }
    return NULL;
}

/* Microseconds since midnight of `10:02:03`; -1 for anything else. */
static int64_t of_day(const char *text)
{
    static const int digits[] = {0, 1, 3, 4, 6, 7};
    int value[6];
    for (int i = 0; i < 6; i++) {
        value[i] = text[digits[i]] - '0';
        if (value[i] < 0 || value[i] > 9)
            return -1;
    }
    int hour = value[0] * 10 + value[1], minute = value[2] * 10 + value[3], second = value[4] * 10 + value[5];
    if (text[2] != ':' || text[5] != ':' || hour > 23 || minute > 59 || second > 59)
        return -1;
    return ((int64_t)hour * 3600 + minute * 60 + second) * 1000000;
}

static int set_time(Run *run, int64_t ts)
{
    if (run->ts_object && run->ts == ts)
        return 0;
    Py_XDECREF(run->ts_object);
    run->ts = ts;
    run->ts_object = PyLong_FromLongLong(ts);
    return run->ts_object ? 0 : -1;
}

/* Whether the line may go on: 0 when it is not for this loop; an exception means the same, unless it ends the work. */
static int let_go(int result)
{
    if (result > 0)
        return 1;
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_MemoryError))
        PyErr_Clear(); /* a parser failed: the careful way tries the line again and takes note of it */
    return 0;
}

static int start_run(Columns *self, Run *run)
{
    run->ts_object = NULL;
    run->source_number = number_of(self, SOURCE, run->source);
    return run->source_number < 0 ? -1 : 0;
}

static PyObject *end_run(Run *run, const char *at, const char *data, Py_ssize_t taken)
{
    Py_XDECREF(run->ts_object);
    return PyErr_Occurred() ? NULL : Py_BuildValue("nn", (Py_ssize_t)(at - data), taken);
}

const char bsd_doc[] = ("bsd(data, offset, cache, read, source, origin, untidy) -> (offset, lines taken)\n\n"
                      "As `runs.bsd_run`; cache and read: of the clock.");

PyObject *columns_bsd(Columns *self, PyObject *arguments)
{
    PyObject *bytes, *cache, *read;
    Py_ssize_t offset, taken = 0;
    Run run;
    if (!PyArg_ParseTuple(arguments, "SnO!OUOp", &bytes, &offset, &PyDict_Type, &cache, &read, &run.source,
                          &run.origin, &run.untidy) ||
        start_run(self, &run))
        return NULL;
    const char *data = PyBytes_AS_STRING(bytes), *stop = data + PyBytes_GET_SIZE(bytes), *line = data + offset;
    const char *stamp = NULL; /* the line that the time was learnt from */
    int64_t midnight = 0, since;
    while (line < stop) {
        const char *end = memchr(line, '\n', stop - line);
        end = end ? end : stop;
        if (end - line < 18)
            break;
        if (stamp && !memcmp(stamp, line, 7) && (since = of_day(line + 7)) >= 0) {
            if (set_time(&run, midnight + since)) /* another second of a day whose offset from UTC does not change */
                break;
        } else {
            PyObject *text = decoded(line, 15, 0), *known = NULL, *made = NULL;
            if (text && PyUnicode_GET_LENGTH(text) == 15) {
                known = PyDict_GetItemWithError(cache, text);
                if (!known && !PyErr_Occurred())
                    known = made = PyObject_CallOneArg(read, text);
            }
            int64_t ts = known && known != Py_None ? PyLong_AsLongLong(known) : 0;
            /* The hour written twice: every line is looked at. */
            since = of_day(line + 7);
            stamp = text && since >= 0 && !PyErr_Occurred() && PyDict_Contains(cache, text) > 0 ? line : NULL;
            midnight = ts - since;
            Py_XDECREF(text);
            Py_XDECREF(made);
            if (PyErr_Occurred() || !ts || set_time(&run, ts)) {
                let_go(-1);
                break;
            }
        }
        const char *cut = colon(line + 16, end);
        Head *head = cut ? head_of(self, line + 15, (int)(cut - line - 15)) : NULL;
        if (!let_go(head ? one_line(self, head, &run, line, end - line, cut + 2) : 0))
            break;
        taken++;
        line = end + (end < stop);
    }
    return end_run(&run, line, data, taken);
}

const char iso_doc[] = ("iso(data, offset, base, source, origin, untidy) -> (offset, lines taken)\n\n"
                      "As `runs.iso_run`; base: (line, end of its stamp) -> (microseconds, end of the fraction, worth of\n"
                      "its last digit) or None.");

PyObject *columns_iso(Columns *self, PyObject *arguments)
{
    PyObject *bytes, *base;
    Py_ssize_t offset, taken = 0;
    Run run;
    if (!PyArg_ParseTuple(arguments, "SnOUOp", &bytes, &offset, &base, &run.source, &run.origin, &run.untidy) ||
        start_run(self, &run))
        return NULL;
    const char *data = PyBytes_AS_STRING(bytes), *stop = data + PyBytes_GET_SIZE(bytes), *line = data + offset;
    const char *known = NULL; /* the line that day and zone were learnt from */
    long long second = 0, scale = 0;
    int64_t midnight = 0, since;
    Py_ssize_t point = 0, blank = 0;
    while (line < stop) {
        const char *end = memchr(line, '\n', stop - line);
        end = end ? end : stop;
        if (end - line < 24)
            break;
        if (known && end - line > blank && !memcmp(known, line, 11) && (since = of_day(line + 11)) >= 0 &&
            known[19] == line[19] && !memcmp(known + point, line + point, blank + 1 - point)) {
            second = midnight + since;
        } else {
            known = NULL;
            const char *space = memchr(line + 19, ' ', end - line - 19);
            if (!space || space - line > 40 || !is_ascii(line, space - line))
                break;
            PyObject *text = decoded(line, space - line + 1, 1);
            PyObject *found = text ? PyObject_CallFunction(base, "On", text, (Py_ssize_t)(space - line)) : NULL;
            int good = found && found != Py_None && PyArg_ParseTuple(found, "LnL", &second, &point, &scale);
            Py_XDECREF(text);
            Py_XDECREF(found);
            if (!good) {
                let_go(-1);
                break;
            }
            since = of_day(line + 11);
            known = since >= 0 ? line : NULL;
            midnight = second - since;
            blank = space - line;
        }
        int64_t fraction = 0;
        int digits = 1;
        for (Py_ssize_t i = 20; scale && i < point; i++) {
            digits = digits && line[i] >= '0' && line[i] <= '9';
            fraction = fraction * 10 + (line[i] - '0');
        }
        const char *cut = digits ? colon(line + blank, end) : NULL;
        Head *head = cut ? head_of(self, line + blank, (int)(cut - line - blank)) : NULL;
        int ready = head && !set_time(&run, second + fraction * scale);
        if (!let_go(ready ? one_line(self, head, &run, line, end - line, cut + 2) : 0))
            break;
        taken++;
        line = end + (end < stop);
    }
    return end_run(&run, line, data, taken);
}
