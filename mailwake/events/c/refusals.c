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

static int name(const Columns *self, Refusal *refusal, char *id)
{
    Array text = {0};
    char number[24];
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
        blake2b_hex(text.data, text.used, 16, id);
    PyMem_RawFree(text.data);
    return bad ? -1 : 0;
}

/* Code, enhanced code and words, as far as they are there. */
static int set_reason(const Columns *self, const Refusal *refusal, Parts *parts)
{
    Array *words = &parts->words;
    char number[16];
    int size = snprintf(number, sizeof number, "%d", refusal->code), bad = put(words, number, size);
    const Slice said[2] = {refusal->dsn, refusal->words};
    for (int i = 0; !bad && i < 2; i++)
        if (said[i].size > 0)
            bad = put(words, " ", 1) || put(words, text_of(self, said[i]), said[i].size);
    Py_ssize_t most = self->rules.most, whole = (Py_ssize_t)words->used;
    set_piece(parts, REASON, (Piece){words->data, whole < most ? whole : most, NULL});
    return bad ? -1 : 0;
}

/* Whether the usual way has to look at it: 1, 0, -1 with an exception set. What one of our own machines was refused may
   stand in its own log, too; that somebody used an address of others is an act; what is refused before there is a
   recipient may be one try of several commands. */
static int is_special(const Columns *self, const Rules *rules, const Refusal *refusal, PyObject *ip)
{
    static const char *const names[] = {"client_ip", "client_name", "client_port", NULL};
    if (refusal->code <= 0 || !only_names(refusal->client, refusal->clients, names) || refusal->words.size < 0)
        return 1;
    if (has_word(text_of(self, refusal->words), refusal->words.size, "not owned by user"))
        return 1;
    if (refusal->recipient.size <= 0)
        return 1;
    return ip && PyUnicode_GET_LENGTH(ip) ? is_internal(rules, ip) : 0;
}

static void set_address(const Columns *self, Parts *parts, int place, Slice address)
{
    if (address.size >= 0)
        set_piece(parts, place, piece_at(self, address));
    else
        set_nothing(parts, place);
}

/* Who was refused: by the client's name, or what it called itself. */
static int set_client(const Columns *self, const Refusal *refusal, Parts *parts)
{
    PyObject *ip = merged_field(refusal->client, refusal->clients, CLIENT_IP);
    PyObject *client = PyErr_Occurred() ? NULL : merged_field(refusal->client, refusal->clients, CLIENT_NAME);
    if (PyErr_Occurred())
        return -1;
    set_text(parts, FROM_IP, ip ? ip : self->rules.nothing);
    if (client && PyUnicode_GET_LENGTH(client))
        set_text(parts, FROM_HOST, client);
    else
        set_piece(parts, FROM_HOST, piece_at(self, refusal->helo));
    return 0;
}

int take_refusal(Columns *self, const ToldRow *row, Parts *parts)
{
    static const int empty[] = {TO_IP, TO_HOST, ROW_ID, SASL_USER, IN_FOLDER, VERDICT, PARENT, RELATION, REMARK};
    const Refusal *refusal = (const Refusal *)self->sketches.refusals.data + row->refusal;
    const char *detail = !refusal->temporary ? "Rejected"
                         : greylisted(text_of(self, refusal->words), refusal->words.size) ? "Greylisted"
                                                                                          : "Deferred";
    PyObject *end = PyDict_GetItemString(self->rules.ends, detail);
    if (!end) {
        PyErr_Format(PyExc_KeyError, "no such end: %s", detail);
        return -1;
    }
    PyObject *host = PyList_GET_ITEM(self->names[HOST], ((int32_t *)self->column[HOST].data)[refusal->row]);
    set_address(self, parts, FROM, refusal->sender);
    set_address(self, parts, TO, refusal->recipient);
    set_address(self, parts, TO_FIRST, refusal->recipient);
    set_nothing(parts, SUBJECT);
    for (int i = 0; i < 4; i++)
        set_text(parts, ROW_STATUS + i, PyTuple_GET_ITEM(end, i));
    set_number(parts, ROW_SIZE, 0);
    set_number(parts, ATTEMPTS, 0);
    set_number(parts, LAST_SEEN, row->received);
    set_piece(parts, ROW_DSN, piece_at(self, refusal->dsn));
    set_text(parts, GRADE, self->rules.proven);
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        set_piece(parts, empty[i], (Piece){"", 0, NULL});
    start_list(parts, HOSTS);
    if (put_piece(parts, HOSTS, piece_of(host)))
        return -1;
    start_list(parts, QUEUE_IDS);
    start_list(parts, ROW_KEYS);
    return put_piece(parts, ROW_KEYS, (Piece){refusal->key, 26, NULL}) || set_client(self, refusal, parts) ||
           set_reason(self, refusal, parts);
}

int tell_refusals(Columns *self, const Rules *rules, const char *route)
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
        ToldRow row = {((int64_t *)self->ts.data)[refusal->row], {0}, 0, (int32_t)i, {NULL}, 0, {NULL}};
        if (name(self, refusal, row.id) || put(&self->sketches.told, &row, sizeof row))
            return -1;
        refusal->told = 1;
    }
    return 0;
}
