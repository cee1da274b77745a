/* The rows of a plain journey, as `trace.plain` and `trace.heads` lay them down. */

#include "native.h"

Piece piece_at(const Columns *self, Slice slice)
{
    return slice.size > 0 ? (Piece){text_of(self, slice), slice.size, NULL} : (Piece){"", 0, NULL};
}

#define MOST_KEYS (2 * NEAR + 2)

/* Whether a key comes before another. Those of sessions begin with `t:`. */
static int is_before(const Piece *one, const Piece *other)
{
    Py_ssize_t least = one->size < other->size ? one->size : other->size;
    int order = memcmp(one->data, other->data, least);
    return order < 0 || (!order && one->size < other->size);
}

/* The keys of a journey and of all that it speaks of, in order. */
static int set_keys(Columns *self, const ToldRow *row, Parts *parts)
{
    const Bucket *found[MOST_KEYS];
    Piece keys[MOST_KEYS];
    int count = 0;
    size_t size = 0;
    for (int i = 0; i < row->legs; i++) {
        const Bucket *leg = row->leg[i];
        for (int k = -1; k < leg->near_count; k++) {
            const Bucket *one = k < 0 ? leg : bucket_at(self, leg->near[k]);
            int known = 0;
            for (int j = 0; j < count; j++)
                known |= found[j] == one;
            if (!known) {
                found[count++] = one;
                size += one->key.size + 2;
            }
        }
    }
    if (room(&parts->words, size)) /* from now on they stay where they are */
        return -1;
    for (int i = 0; i < count; i++) {
        Piece key = piece_at(self, found[i]->key);
        if (found[i]->session) {
            char *made = parts->words.data + parts->words.used;
            if (put(&parts->words, "t:", 2) || put(&parts->words, key.data, key.size))
                return -1;
            key = (Piece){made, key.size + 2, NULL};
        }
        int place = i;
        for (; place > 0 && is_before(&key, &keys[place - 1]); place--)
            keys[place] = keys[place - 1];
        keys[place] = key;
    }
    start_list(parts, ROW_KEYS);
    for (int i = 0; i < count; i++)
        if (put_piece(parts, ROW_KEYS, keys[i]))
            return -1;
    return 0;
}

static PyObject *host_of(const Columns *self, int number)
{
    return PyList_GET_ITEM(self->names[HOST], number);
}

static int set_hosts(const Columns *self, const ToldRow *row, Parts *parts)
{
    int found[3] = {row->leg[0]->host}, count = 1;
    if (row->way.legs > 1 && row->leg[1]->host != found[0])
        found[count++] = row->leg[1]->host;
    if (row->way.stored && PyUnicode_GET_LENGTH(host_of(self, row->way.stored->host))) {
        int known = 0;
        for (int i = 0; i < count; i++)
            known |= found[i] == row->way.stored->host;
        if (!known)
            found[count++] = row->way.stored->host;
    }
    start_list(parts, HOSTS);
    for (int i = 0; i < count; i++)
        if (put_piece(parts, HOSTS, piece_of(host_of(self, found[i]))))
            return -1;
    return 0;
}

/* Append `filter: action score`. */
static int put_words(const Columns *self, const Bucket *leg, Array *out)
{
    if (put_text(out, leg->filter) || put(out, ": ", 2) ||
        put(out, text_of(self, leg->action), leg->action.size))
        return -1;
    if (!leg->has_score)
        return 0;
    char *score = PyOS_double_to_string(leg->score, 'g', 6, 0, NULL);
    int bad = !score || put(out, " ", 1) || put(out, score, strlen(score));
    PyMem_Free(score);
    return bad ? -1 : 0;
}

/* What filters said, at the beginning of the words: its size, -1 with an exception set. */
static Py_ssize_t put_verdict(const Columns *self, const ToldRow *row, Array *words)
{
    size_t first = 0;
    for (int i = 0; i < row->way.legs; i++) {
        if (!row->leg[i]->verdicts)
            continue;
        if ((first && put(words, "; ", 2)) || put_words(self, row->leg[i], words))
            return -1;
        if (first && words->used == 2 * first + 2 && !memcmp(words->data, words->data + first + 2, first))
            words->used = first; /* the same twice */
        first = first ? first : words->used;
    }
    return (Py_ssize_t)words->used;
}

static int identity(Columns *self, const Bucket *root, char *name)
{
    Array text = {0};
    char number[24];
    int size = snprintf(number, sizeof number, "%lld", (long long)root->arrived);
    int bad = put_text(&text, host_of(self, root->host)) || put(&text, "", 1) ||
              put(&text, text_of(self, root->key), root->key.size) || put(&text, "", 1) ||
              put(&text, number, size);
    if (!bad)
        blake2b_hex(text.data, text.used, 16, name);
    PyMem_RawFree(text.data);
    return bad ? -1 : 0;
}

/* What became of the recipient: the words of `rules->ends`, borrowed; NULL with an exception set. */
static PyObject *end_of(const Columns *self, const Rules *rules, const Way *way)
{
    PyObject *detail;
    if (!way->last) {
        detail = PyUnicode_InternFromString("Expanded");
    } else if (!way->stored) {
        detail = PyUnicode_InternFromString(way->last->token.size > 0 ? "Delivered" : "Relayed");
    } else {
        Slice name = way->stored->folder;
        PyObject *folder = name.size > 0 ? slice_text(self, name) : PyUnicode_InternFromString("INBOX");
        detail = folder ? PyDict_GetItemWithError(rules->folders, folder) : NULL;
        Py_XINCREF(detail);
        if (!detail && !PyErr_Occurred()) {
            detail = PyObject_CallOneArg(rules->folder, folder);
            if (detail && PyDict_SetItem(rules->folders, folder, detail))
                Py_CLEAR(detail);
        }
        Py_XDECREF(folder);
    }
    PyObject *end = detail ? PyDict_GetItemWithError(rules->ends, detail) : NULL;
    if (!end && !PyErr_Occurred())
        PyErr_SetString(PyExc_KeyError, "no such end");
    Py_XDECREF(detail);
    return end;
}

int tell_rows(Columns *self, const Journey *journey)
{
    const Bucket *root = journey->leg[0];
    ToldRow made = {root->arrived, {0}, 0, -1, {root, journey->leg[1]}, journey->legs, {NULL}};
    if (identity(self, root, made.id))
        return -1;
    for (int i = 0; i < journey->count; i++) {
        made.leaf = (uint32_t)i;
        made.way = journey->ways[i];
        if (put(&self->sketches.told, &made, sizeof made))
            return -1;
    }
    return 0;
}

/* Who handed the message in: -1 with an exception set. */
static int set_client(const Rules *rules, const Bucket *root, PyObject *end, Parts *parts)
{
    int handed = merged_field(root->client, root->clients, ORIG_CLIENT_IP) != NULL;
    int ours = PyErr_Occurred() ? -1 : comes_from_us(rules, root, handed ? ORIG_CLIENT_IP : CLIENT_IP);
    if (ours < 0)
        return -1;
    PyObject *ip = merged_text(root->client, root->clients, handed ? ORIG_CLIENT_IP : CLIENT_IP, rules->nothing);
    PyObject *name = merged_text(root->client, root->clients, handed ? ORIG_CLIENT_NAME : CLIENT_NAME, rules->nothing);
    if (!ip || !name)
        return -1;
    set_text(parts, DIRECTION, PyTuple_GET_ITEM(end, 3 + (ours || root->login.size > 0)));
    set_text(parts, FROM_IP, ip);
    set_text(parts, FROM_HOST, name);
    return 0;
}

/* Where it went, and what was answered there: -1 with an exception set. */
static int set_hop(const Columns *self, const Rules *rules, const Way *way, Parts *parts)
{
    const Delivery *last = way->last;
    PyObject *ip = merged_text(last->relay, last->relays, RELAY_IP, rules->nothing);
    PyObject *host = merged_text(last->relay, last->relays, RELAY_HOST, rules->nothing);
    if (host && !PyUnicode_GET_LENGTH(host))
        host = merged_text(last->relay, last->relays, RELAY, rules->nothing);
    if (!ip || !host)
        return -1;
    set_text(parts, TO_IP, ip);
    set_text(parts, TO_HOST, host);
    set_piece(parts, TO, piece_at(self, last->recipient));
    set_number(parts, ATTEMPTS, 1);
    if (way->stored) {
        int named = way->stored->folder.size > 0;
        set_piece(parts, IN_FOLDER, named ? piece_at(self, way->stored->folder) : (Piece){"INBOX", 5, NULL});
        return 0;
    }
    Slice reason = last->reply;
    if (reason.size > rules->most)
        reason.size = (int32_t)rules->most;
    set_piece(parts, REASON, piece_at(self, reason));
    set_piece(parts, ROW_DSN, piece_at(self, last->dsn));
    return 0;
}

/* What the recipient's end was, and when: -1 with an exception set. */
static int set_end(const Columns *self, const ToldRow *row, PyObject *end, Parts *parts)
{
    static const int empty[] = {TO_IP, TO_HOST, IN_FOLDER, REASON, ROW_DSN, PARENT, RELATION, REMARK};
    const Way *way = &row->way;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        set_piece(parts, empty[i], (Piece){"", 0, NULL});
    for (int i = 0; i < 3; i++)
        set_text(parts, ROW_STATUS + i, PyTuple_GET_ITEM(end, i));
    set_piece(parts, TO_FIRST, piece_at(self, original_of(way->first)));
    set_piece(parts, TO, piece_at(self, original_of(way->first)));
    set_number(parts, ATTEMPTS, 0);
    int64_t ended = way->stored ? way->stored->ts : way->last ? way->last->ts : 0;
    set_number(parts, LAST_SEEN, row->received > ended ? row->received : ended);
    return way->last ? set_hop(self, &self->rules, way, parts) : 0;
}

int take_journey(Columns *self, const ToldRow *row, Parts *parts)
{
    const Bucket *root = row->leg[0], *leg = row->leg[row->way.legs - 1];
    Slice subject = root->subject.size >= 0 ? root->subject : leg->subject;
    PyObject *end = end_of(self, &self->rules, &row->way);
    Py_ssize_t verdict = end ? put_verdict(self, row, &parts->words) : -1;
    if (verdict < 0 || set_client(&self->rules, root, end, parts) || set_end(self, row, end, parts))
        return -1;
    set_piece(parts, FROM, piece_at(self, root->sender));
    if (subject.size >= 0)
        set_piece(parts, SUBJECT, piece_at(self, subject));
    else
        set_nothing(parts, SUBJECT);
    set_number(parts, ROW_SIZE, root->size ? root->size : leg->size);
    set_piece(parts, ROW_ID, piece_at(self, root->message_id));
    set_piece(parts, SASL_USER, piece_at(self, root->login));
    start_list(parts, QUEUE_IDS);
    for (int i = 0; i < row->way.legs; i++)
        if (put_piece(parts, QUEUE_IDS, piece_at(self, row->leg[i]->key)))
            return -1;
    if (set_hosts(self, row, parts) || set_keys(self, row, parts))
        return -1;
    set_piece(parts, VERDICT, (Piece){verdict ? parts->words.data : "", verdict, NULL});
    set_text(parts, GRADE, self->rules.proven);
    return 0;
}
