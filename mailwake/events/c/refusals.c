/* Rows of refusals without a queue ID, each a message of its own: `trace.refusals`. */

#include "native.h"

static int route_of(const char *line, int32_t size, int64_t ts)
{
    return ts % 1000000 || (size > 19 && line[4] == '-' && line[19] == '.') ? '1' : '3';
}

/* Whether all came by one route of the log, that of all others, too: then none is a lesser twin (`trace.twins`). */
static int one_route(const Columns *self, const char *route)
{
    int found = *route;
    const Refusal *one = (const Refusal *)self->sketches.refusals.data;
    const Refusal *stop = one ? one + self->sketches.refusals.used / sizeof *one : NULL;
    for (; one < stop; one++) {
        const int32_t *ends = (const int32_t *)self->raw_end.data + one->row;
        int own = route_of(self->raw.data + ends[0], ends[1] - ends[0], ((int64_t *)self->ts.data)[one->row]);
        if (found && own != found)
            return 0;
        found = own;
    }
    return 1;
}

static int has_word(const char *text, int32_t size, const char *word)
{
    int32_t length = (int32_t)strlen(word);
    for (int32_t i = 0; i + length <= size; i++) {
        int32_t k = 0;
        while (k < length && (text[i + k] >= 'A' && text[i + k] <= 'Z' ? text[i + k] + 32 : text[i + k]) == word[k])
            k++;
        if (k == length)
            return 1;
    }
    return 0;
}

/* `trace.fate.greylisted` */
static int greylisted(const char *text, int32_t size)
{
    return has_word(text, size, "greylist") || has_word(text, size, "graylist") || has_word(text, size, "grey-list") ||
           has_word(text, size, "gray-list");
}

/* Append the parts of what a refusal's names are made of. */
static int put_record(const Columns *self, const Refusal *refusal, Array *text)
{
    const int32_t *ends = (const int32_t *)self->raw_end.data + refusal->row;
    char number[24];
    int32_t host = ((int32_t *)self->column[HOST].data)[refusal->row];
    int32_t program = ((int32_t *)self->column[PROGRAM].data)[refusal->row];
    int size = snprintf(number, sizeof number, "%lld", (long long)((int64_t *)self->ts.data)[refusal->row]);
    if (put(text, number, size) || put(text, "", 1) || put_text(text, PyList_GET_ITEM(self->names[HOST], host)) ||
        put(text, "", 1) || put_text(text, PyList_GET_ITEM(self->names[PROGRAM], program)) || put(text, "", 1))
        return -1;
    size = snprintf(number, sizeof number, "%u", ((uint32_t *)self->pid.data)[refusal->row]);
    return put(text, number, size) || put(text, "", 1) || put(text, self->raw.data + ends[0], ends[1] - ends[0]);
}

static PyObject *name_of(const Columns *self, Refusal *refusal)
{
    Array text = {0};
    char number[24], name[33];
    PyObject *host = PyList_GET_ITEM(self->names[HOST], ((int32_t *)self->column[HOST].data)[refusal->row]);
    int size = snprintf(number, sizeof number, "%lld", (long long)((int64_t *)self->ts.data)[refusal->row]);
    int bad = put_record(self, refusal, &text);
    if (!bad) {
        memcpy(refusal->key, "n:", 2);
        blake2b_hex(text.data, text.used, 12, refusal->key + 2);
        text.used = 0;
        bad = put_text(&text, host) || put(&text, "", 1) || put(&text, refusal->key, 26) || put(&text, "", 1) ||
              put(&text, number, size);
    }
    if (!bad)
        blake2b_hex(text.data, text.used, 16, name);
    PyMem_RawFree(text.data);
    return bad ? NULL : decoded(name, 32, 1);
}

/* Code, enhanced code and words, as far as they are there. */
static PyObject *reason_of(const Columns *self, const Refusal *refusal, Py_ssize_t most)
{
    Array text = {0};
    char number[16];
    int size = snprintf(number, sizeof number, "%d", refusal->code), bad = put(&text, number, size);
    const Slice parts[2] = {refusal->dsn, refusal->words};
    for (int i = 0; !bad && i < 2; i++)
        if (parts[i].size > 0)
            bad = put(&text, " ", 1) || put(&text, text_of(self, parts[i]), parts[i].size);
    PyObject *made = bad ? NULL : decoded(text.data, text.used < (size_t)most ? text.used : (size_t)most, 1);
    PyMem_RawFree(text.data);
    return made;
}

/* Whether the usual way has to look at it: 1, 0, -1 with an exception set. What one of our own machines was refused may
   stand in its own log, too; that somebody used an address of others is an act. */
static int is_special(const Columns *self, const Rules *rules, const Refusal *refusal, PyObject *ip)
{
    static const char *const names[] = {"client_ip", "client_name", "client_port", NULL};
    if (refusal->code <= 0 || !only_names(refusal->client, refusal->clients, names) || refusal->words.size < 0)
        return 1;
    if (has_word(text_of(self, refusal->words), refusal->words.size, "not owned by user"))
        return 1;
    return ip && PyUnicode_GET_LENGTH(ip) && refusal->recipient.size > 0 ? is_internal(rules, ip) : 0;
}

static PyObject *text_or(const Columns *self, Slice slice, PyObject *other)
{
    if (slice.size >= 0)
        return slice_text(self, slice);
    Py_INCREF(other);
    return other;
}

static PyObject *row_of(Columns *self, const Rules *rules, Refusal *refusal, PyObject *ip, PyObject *client)
{
    const char *words = text_of(self, refusal->words);
    const char *detail = !refusal->temporary                              ? "Rejected"
                         : greylisted(words, refusal->words.size) ? "Greylisted"
                                                                          : "Deferred";
    PyObject *end = PyDict_GetItemString(rules->ends, detail), *nothing = PyUnicode_New(0, 0);
    if (!end || !nothing)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_KeyError, "no such end: %s", detail);
    PyObject *host = PyList_GET_ITEM(self->names[HOST], ((int32_t *)self->column[HOST].data)[refusal->row]);
    PyObject *name = name_of(self, refusal), *key = name ? decoded(refusal->key, 26, 1) : NULL;
    int named = client && PyUnicode_GET_LENGTH(client);
    long long ts = ((int64_t *)self->ts.data)[refusal->row];
    PyObject *parts[ROW] = {PyLong_FromLongLong(ts), name, PyLong_FromLong(0), text_or(self, refusal->sender, Py_None)};
    parts[4] = text_or(self, refusal->recipient, Py_None);
    parts[5] = text_or(self, refusal->recipient, Py_None);
    parts[15] = PyLong_FromLong(0);
    parts[19] = reason_of(self, refusal, rules->most);
    parts[20] = slice_text(self, refusal->dsn);
    parts[22] = PyLong_FromLong(0);
    parts[23] = PyLong_FromLongLong(ts);
    parts[24] = PyTuple_Pack(1, host);
    parts[25] = PyTuple_New(0);
    parts[26] = key ? PyTuple_Pack(1, key) : NULL;
    Py_XDECREF(key);
    if (!named)
        parts[12] = slice_text(self, refusal->helo);
    PyObject *others[ROW] = {NULL};
    others[6] = Py_None;
    others[7] = PyTuple_GET_ITEM(end, 0);
    others[8] = PyTuple_GET_ITEM(end, 1);
    others[9] = PyTuple_GET_ITEM(end, 2);
    others[10] = PyTuple_GET_ITEM(end, 3);
    others[11] = ip ? ip : nothing;
    others[12] = named ? client : NULL;
    others[29] = rules->proven;
    static const int empty[] = {13, 14, 16, 17, 18, 21, 27, 28, 30};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        others[empty[i]] = nothing;
    for (int i = 0; i < ROW; i++)
        if (others[i]) {
            Py_INCREF(others[i]);
            parts[i] = others[i];
        }
    Py_DECREF(nothing);
    return new_row(rules, parts);
}

int tell_refusals(Columns *self, const Rules *rules, const char *route, PyObject *rows)
{
    if (!one_route(self, route))
        return 0;
    for (size_t i = 0; i < self->sketches.refusals.used / sizeof(Refusal); i++) {
        Refusal *refusal = (Refusal *)self->sketches.refusals.data + i;
        PyObject *ip = merged_field(refusal->client, refusal->clients, CLIENT_IP);
        PyObject *client = PyErr_Occurred() ? NULL : merged_field(refusal->client, refusal->clients, CLIENT_NAME);
        if (PyErr_Occurred())
            return -1;
        if ((ip && !PyUnicode_Check(ip)) || (client && !PyUnicode_Check(client)))
            continue;
        int special = is_special(self, rules, refusal, ip);
        if (special < 0)
            return -1;
        if (special)
            continue;
        PyObject *row = row_of(self, rules, refusal, ip, client);
        int bad = !row || PyList_Append(rows, row);
        Py_XDECREF(row);
        if (bad)
            return -1;
        refusal->told = 1;
    }
    return 0;
}
