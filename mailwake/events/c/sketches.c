/* Records kept without objects: where they stand, and by the keys that they are filed under, what a plain journey needs
   of them (`trace.plain`). Learnt while a line is being read, and its text is in the processor's cache. */

#include "native.h"

/* What is noted of a record that is being read. */
typedef struct {
    const Said *said;
    const char *line;
    int32_t start; /* of the line in the window's text */
    int64_t ts;
    int host, program;
} Reading;

static Slice slice_at(const Reading *now, Text text)
{
    Slice made = {now->start + (int32_t)((const char *)text.from - now->line), text.size};
    return made;
}

static Slice slice_of(const Reading *now, int place)
{
    Slice none = {0, -1};
    int there = now->said->has >> place & 1 && !now->said->object[place];
    return there ? slice_at(now, now->said->text[place]) : none;
}

static int own(PyObject **to, const Said *said)
{
    for (int i = 0; i < said->merges; i++) {
        Py_XDECREF(to[i]);
        Py_INCREF(said->merged[i]);
        to[i] = said->merged[i];
    }
    return said->merges;
}

/* A reply in which nobody can see an id of a filter (`trace.filters.filter_id`). */
static int names_no_filter(Text reply)
{
    const char *at = (const char *)reply.from, *end = at + reply.size;
    for (const char *one = at; (one = memchr(one, ',', end - one)); one++)
        if (end - one >= 5 && !memcmp(one, ", id=", 5))
            return 0;
    for (; (at = memchr(at, '(', end - at)); at++) {
        const char *close = memchr(at, ')', end - at);
        int word = close && close - at > 8;
        for (const char *one = at + 1; word && one < close; one++)
            word = (*one >= '0' && *one <= '9') || (*one >= 'A' && *one <= 'Z') || (*one >= 'a' && *one <= 'z');
        if (word)
            return 0;
    }
    return 1;
}

/* Append the number of an item to those of a bucket; next: where the last one has the number of the one after it. */
static void append(Chain *chain, int32_t number, int32_t *next)
{
    if (chain->count++)
        *next = number;
    else
        chain->first = number;
    chain->last = number;
}

static int put_delivery(Columns *self, Chain *chain, const Reading *now)
{
    const Said *said = now->said;
    Array *all = &self->sketches.deliveries;
    Delivery made = {.ts = now->ts, .next = -1, .relayed = says(said, DISPOSITION, "relay")};
    made.recipient = slice_of(now, RECIPIENT);
    made.original = slice_of(now, ORIGINAL);
    made.reply = slice_of(now, REPLY);
    made.dsn = slice_of(now, DSN);
    made.token = slice_of(now, TOKEN);
    made.next_id = slice_of(now, NEXT_ID);
    if (put(all, &made, sizeof made))
        return -1;
    int32_t number = (int32_t)(all->used / sizeof made) - 1;
    Delivery *kept = delivery_at(self, number);
    kept->relays = own(kept->relay, said);
    append(chain, number, chain->count ? &delivery_at(self, chain->last)->next : NULL);
    return 0;
}

static int learn_delivery(Columns *self, int32_t number, const Reading *now)
{
    const Said *said = now->said;
    Bucket *to = bucket_at(self, number);
    if (put_delivery(self, &to->deliveries, now))
        return -1;
    const Delivery *made = delivery_at(self, to->deliveries.last);
    Slice token = made->token, next_id = made->next_id;
    if (!says(said, STATUS, "sent") || made->recipient.size <= 0 || made->reply.size < 0 || made->dsn.size < 0 ||
        says(said, REPLY, "250 Ok") || !(token.size > 0 ? says(said, DISPOSITION, "mailbox") : made->relayed))
        to->odd = 1;
    if (token.size <= 0 && made->reply.size >= 0 && !names_no_filter(said->text[REPLY]))
        to->odd = 1;
    if (token.size > 0) {
        const char *colon = memchr(text_of(self, token), ':', token.size);
        Slice session = {token.at, colon ? (int32_t)(colon - text_of(self, token)) : token.size};
        if (speak(self, number, session, 1))
            return -1;
    }
    return next_id.size > 0 ? speak(self, number, next_id, 0) : 0;
}

static int learn_stored(Columns *self, int32_t number, const Reading *now)
{
    Bucket *to = bucket_at(self, number);
    Array *all = &self->sketches.stored;
    Stored made = {now->ts, -1, now->host, slice_of(now, SESSION), slice_of(now, FOLDER)};
    if (put(all, &made, sizeof made))
        return -1;
    to->odd |= made.text.size <= 0;
    append(&to->stored, (int32_t)(all->used / sizeof made) - 1,
           to->stored.count ? &stored_at(self, to->stored.last)->next : NULL);
    return 0;
}

static int learn_verdict(Columns *self, int32_t number, const Reading *now)
{
    const Said *said = now->said;
    Bucket *to = bucket_at(self, number);
    static const char *const took[] = {"took", NULL};
    to->odd |= to->verdicts++ || !only_names(said->merged, said->merges, took);
    to->judged = now->ts;
    to->action = slice_of(now, ACTION);
    to->filter = said->has >> FILTER & 1 ? said->object[FILTER] : NULL;
    to->has_score = said->has >> SCORE & 1;
    to->score = said->score;
    to->queued_as = slice_of(now, QUEUED_AS);
    if (!to->filter || !PyUnicode_Check(to->filter) || !PyUnicode_IS_COMPACT_ASCII(to->filter) || to->action.size <= 0 ||
        (to->action.size >= 7 && !memcmp(text_of(self, to->action), "Blocked", 7)))
        to->odd = 1;
    Slice rest = to->queued_as;
    while (rest.size > 0) { /* the IDs are parted by slashes */
        const char *text = text_of(self, rest), *slash = memchr(text, '/', rest.size);
        int32_t size = slash ? (int32_t)(slash - text) : rest.size;
        Slice one = {rest.at, size}, others = {rest.at + size + 1, rest.size - size - 1};
        if (speak(self, number, one, 0))
            return -1;
        rest = others;
    }
    return 0;
}

static int learn_name(Columns *self, int32_t number, const Reading *now)
{
    Bucket *to = bucket_at(self, number);
    to->message_id = slice_of(now, MESSAGE_ID);
    Slice id = to->message_id.size > 0 ? bare(self, to->message_id) : to->message_id;
    to->odd |= id.size <= 0;
    return id.size > 0 ? speak_of(self, id) : 0;
}

static int learn_header(Columns *self, int32_t number, const Reading *now)
{
    Bucket *to = bucket_at(self, number);
    PyObject *name = merged_field(now->said->merged, now->said->merges, HEADER);
    if (PyErr_Occurred())
        return -1;
    if (to->subject.size < 0 && name && PyUnicode_Check(name) && !PyUnicode_CompareWithASCIIString(name, "subject")) {
        to->subject = slice_of(now, VALUE);
        to->odd |= to->subject.size < 0;
    }
    return 0;
}

static int learn_arrival(Columns *self, int32_t number, const Reading *now)
{
    Bucket *to = bucket_at(self, number);
    static const char *const names[] = {"client_ip",      "client_name",      "client_port",
                                        "orig_client_ip", "orig_client_name", "orig_client_port", NULL};
    to->arrived = now->ts;
    to->clients = own(to->client, now->said);
    to->login = slice_of(now, LOGIN);
    to->odd |= !only_names(to->client, to->clients, names);
    to->origin = slice_of(now, ORIGIN);
    return to->origin.size > 0 ? speak(self, number, to->origin, 0) : 0;
}

/* Where a kind stands in a plain life; 0: nowhere. */
static const int stages[] = {0, 1, 2, 2, 3, 4, 5, 0, 0, 0};

/* The order in which things happen, as `trace.plain.plain_leg` looks at it. */
static void learn_order(Bucket *to, int role, const Reading *now)
{
    int stage = stages[role];
    if (!to->count || now->ts < to->first)
        to->first = now->ts;
    if (!to->count || now->ts > to->last)
        to->last = now->ts;
    to->count++;
    if (role != ARRIVES && role != IS_DELIVERED && role != IS_REMOVED && !to->mailed)
        to->mailed = now->ts;
    if (role == IS_JUDGED)
        return;
    if (stage < to->stage || now->ts < to->latest || !now->ts || (to->stage && to->host != now->host) ||
        (role != HEADS_UP && role != IS_DELIVERED && role != IS_STORED && to->kinds >> role & 1))
        to->odd = 1;
    to->host = now->host;
    to->latest = now->ts;
    to->stage = stage;
    to->kinds |= 1 << role;
}

static int learn(Columns *self, int32_t number, int role, const Reading *now)
{
    Bucket *to = bucket_at(self, number);
    learn_order(to, role, now);
    switch (role) {
    case ARRIVES:
        return learn_arrival(self, number, now);
    case NAMES:
        return learn_name(self, number, now);
    case HEADS_UP:
        return learn_header(self, number, now);
    case IS_QUEUED:
        to->sender = slice_of(now, SENDER);
        to->size = now->said->has >> SIZE & 1 ? now->said->size : 0;
        to->recipients = now->said->has >> RECIPIENTS & 1 ? now->said->recipients : 0;
        to->queue_manager = now->program;
        to->odd |= to->sender.size < 0 || to->recipients < 1 || to->recipients > WAYS;
        return 0;
    case IS_DELIVERED:
        return learn_delivery(self, number, now);
    case IS_REMOVED:
        to->odd |= to->queue_manager != now->program;
        return 0;
    case IS_JUDGED:
        return learn_verdict(self, number, now);
    default:
        return learn_stored(self, number, now);
    }
}

/* Where the key of a record stands: that of a mailbox server's session without the recipient's number. */
static Text filing(int role, const Said *said)
{
    Text key = role == IS_JUDGED ? said->text[QUEUE_ID] : said->key;
    const void *colon = role == IS_STORED ? memchr(key.from, ':', key.size) : NULL;
    if (colon)
        key.size = (int)((const uint8_t *)colon - key.from);
    return key;
}

static int32_t put_refusal(Columns *self, const Reading *now, int32_t row)
{
    const Said *said = now->said;
    Refusal made = {.row = row, .code = -1};
    made.clients = own(made.client, said);
    made.sender = slice_of(now, SENDER);
    made.recipient = slice_of(now, RECIPIENT);
    made.words = slice_of(now, WORDS);
    made.dsn = slice_of(now, DSN);
    made.helo = slice_of(now, HELO);
    if (said->has >> CODE & 1 && said->code < 1000)
        made.code = (int)said->code;
    made.temporary = said->has >> TEMPORARY & 1 && said->object[TEMPORARY] == Py_True;
    if (put(&self->sketches.refusals, &made, sizeof made)) {
        for (int i = 0; i < made.clients; i++)
            Py_DECREF(made.client[i]);
        return -1;
    }
    return (int32_t)(self->sketches.refusals.used / sizeof made) - 1;
}

int is_usual(int role, const Said *said)
{
    if (role == IS_STORED)
        return says(said, ACTION, "stored") && says(said, BY, "lmtp") && said->key.from[0] != ':';
    if (role == IS_JUDGED)
        return said->has >> QUEUE_ID & 1 && !said->object[QUEUE_ID] && said->text[QUEUE_ID].size > 0;
    if (role == IS_REFUSED)
        return says(said, BY, "smtpd") || says(said, BY, "postscreen");
    return 1;
}

int sketch(Columns *self, const Shape *shape, const Said *said, PyObject *known, PyObject *origin, const char *line,
           const char *message)
{
    int32_t row = (int32_t)self->rows - 1, place;
    Reading now = {said, line, ((int32_t *)self->raw_end.data)[row], ((int64_t *)self->ts.data)[row],
                   ((int32_t *)self->column[HOST].data)[row], ((int32_t *)self->column[PROGRAM].data)[row]};
    if (shape->role == IS_REFUSED) {
        place = put_refusal(self, &now, row);
        if (place < 0)
            return -1;
        place = -1 - place;
    } else {
        place = take_bucket(self, slice_at(&now, filing(shape->role, said)), shape->role == IS_STORED);
        if (place < 0)
            return -1;
    }
    Sketch made = {row, place, (uint32_t)(message - line), shape, known, origin};
    if (put(&self->sketches.sketches, &made, sizeof made))
        return -1;
    Py_INCREF(known);
    Py_INCREF(origin);
    return place < 0 ? 0 : learn(self, place, shape->role, &now);
}

/* Keep a fact of what is told, for auditing. */
static int set_apart(Columns *self, const Sketch *one, PyObject *apart, PyObject *keys)
{
    PyObject *fact = fact_of(self, one), *key = fact ? key_text(self, bucket_at(self, one->place)) : NULL;
    int bad = !key || PyList_Append(apart, fact) || PyList_Append(keys, key);
    Py_XDECREF(fact);
    Py_XDECREF(key);
    return bad ? -1 : 0;
}

/* Whether a record is in a row: 1; 2 when auditing wants it all the same. */
static int is_told(Columns *self, const Sketch *one)
{
    if (one->place < 0)
        return ((Refusal *)self->sketches.refusals.data)[-1 - one->place].told;
    const Bucket *of = bucket_at(self, one->place);
    int role = one->shape->role;
    int acts = of->login.size > 0 && role != IS_DELIVERED && role != IS_REMOVED;
    return of->told ? 1 + acts : 0;
}

int make_facts(Columns *self, PyObject *apart, PyObject *keys)
{
    PyObject *facts = PyList_New(0);
    Array rows = {0};
    Py_ssize_t other = 0, others = PyList_GET_SIZE(self->facts);
    Sketch *one = (Sketch *)self->sketches.sketches.data;
    Sketch *end = one ? one + self->sketches.sketches.used / sizeof *one : NULL;
    int bad = !facts;
    while (!bad && (one < end || other < others)) {
        int32_t theirs = other < others ? ((int32_t *)self->row.data)[other] : INT32_MAX;
        PyObject *fact;
        int32_t row;
        if (one < end && one->row < theirs) {
            row = one->row;
            int told = is_told(self, one);
            if (told > 1 && set_apart(self, one, apart, keys))
                bad = 1;
            fact = told ? NULL : fact_of(self, one);
            one++;
            if (told)
                continue;
        } else {
            row = theirs;
            fact = PyList_GET_ITEM(self->facts, other++);
            Py_INCREF(fact);
        }
        bad = !fact || PyList_Append(facts, fact) || put(&rows, &row, 4);
        Py_XDECREF(fact);
    }
    if (bad) {
        Py_XDECREF(facts);
        PyMem_RawFree(rows.data);
        return -1;
    }
    Py_SETREF(self->facts, facts);
    PyMem_RawFree(self->row.data);
    self->row = rows;
    return 0;
}

int put_sketched_key(const Columns *self, const Sketch *sketch, Array *out)
{
    if (sketch->place < 0)
        return put(out, ((Refusal *)self->sketches.refusals.data)[-1 - sketch->place].key, 26);
    const Bucket *of = (Bucket *)self->sketches.buckets.data + sketch->place;
    return (of->session && put(out, "t:", 2)) || put(out, text_of(self, of->key), of->key.size) ? -1 : 0;
}
