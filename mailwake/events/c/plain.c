/* Rows of plain journeys and of refusals without a queue ID, from records without objects. What is plain, and what its row
   says, is laid down by `trace.plain` and `trace.refusals`; whatever is not seen to be so here is made facts of. */

#include "native.h"

#define ALL (1 << ARRIVES | 1 << NAMES | 1 << IS_QUEUED | 1 << IS_DELIVERED | 1 << IS_REMOVED)
#define BEFORE 3600000000ll /* `trace.links` */
#define AFTER 600000000ll
#define TRAVELS 36 /* length of a key that goes with a message: `trace.keys` */

/* The lists that are given back. */
enum { ROWS, KEYS_OF, FIRST, LAST, NAMED, WAITED, WHEN, APART, APART_KEYS, LISTS };

typedef struct {
    Columns *columns;
    const Rules *rules;
    PyObject *lists[LISTS];
} Work;

/* A journey: one or two legs, and the mailbox server's session of the delivery. */
typedef struct {
    Bucket *leg[2], *session;
    int legs;
} Journey;

static Bucket *bucket_at(const Work *work, int32_t number)
{
    return (Bucket *)work->columns->sketches.buckets.data + number;
}

/* Names of merged fields, in the order of their numbers. */
static const char *const names[] = {"client_ip", "client_name", "orig_client_ip", "orig_client_name",
                                    "relay",     "relay_ip",    "relay_host",     "header"};
static PyObject *interned[sizeof names / sizeof *names];

int load_names(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!interned[i] && !(interned[i] = PyUnicode_InternFromString(names[i])))
            return -1;
    return 0;
}

PyObject *merged_field(PyObject *const *merged, int count, int name)
{
    PyObject *found = NULL;
    for (int i = count - 1; !found && i >= 0; i--)
        found = PyDict_GetItemWithError(merged[i], interned[name]);
    return found;
}

int only_names(PyObject *const *merged, int count, const char *const *names)
{
    for (int i = 0; i < count; i++) {
        Py_ssize_t place = 0;
        PyObject *name, *value;
        while (PyDict_Next(merged[i], &place, &name, &value)) {
            const char *const *one = names;
            while (*one && PyUnicode_CompareWithASCIIString(name, *one))
                one++;
            if (!*one)
                return 0;
        }
    }
    return 1;
}

int is_internal(const Rules *rules, PyObject *ip)
{
    PyObject *known = PyDict_GetItemWithError(rules->internal, ip);
    if (known || PyErr_Occurred())
        return known ? known == Py_True : -1;
    known = PyObject_CallOneArg(rules->is_internal, ip);
    int told = !known || PyDict_SetItem(rules->internal, ip, known) ? -1 : known == Py_True;
    Py_XDECREF(known);
    return told;
}

/* A text of merged fields, borrowed; that of nothing when it is not there. NULL with an exception set. */
static PyObject *merged_text(PyObject *const *merged, int count, int name, PyObject *nothing)
{
    PyObject *found = merged_field(merged, count, name);
    if (!found)
        return PyErr_Occurred() ? NULL : nothing;
    if (!PyUnicode_Check(found))
        return PyErr_Format(PyExc_TypeError, "%U is no text", interned[name]);
    return found;
}

static int comes_from_us(const Work *work, const Bucket *leg, int name)
{
    PyObject *nothing = PyUnicode_New(0, 0);
    PyObject *ip = nothing ? merged_text(leg->client, leg->clients, name, nothing) : NULL;
    int told = ip ? is_internal(work->rules, ip) : -1;
    Py_XDECREF(nothing);
    return told;
}

/* Whether a key is a queue ID and nothing else; names, and ids that travel, are not for this way. */
static int is_queue_id(const Work *work, Slice key)
{
    const char *text = text_of(work->columns, key);
    for (int i = 0; i < key.size; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z')))
            return 0;
    return key.size != TRAVELS;
}

static int is_plain(const Work *work, const Bucket *leg)
{
    static const char *const relay[] = {"relay", "relay_ip", "relay_host", "relay_port", NULL};
    return !leg->odd && !leg->foreign && !leg->session && !leg->told && (leg->kinds & ALL) == ALL &&
           leg->arrived <= leg->mailed + work->rules->most_late && only_names(leg->relay, leg->relays, relay) &&
           is_queue_id(work, leg->key);
}

static int is_empty(const Bucket *bucket)
{
    return !bucket->count && !(bucket->foreign & 1);
}

/* Whether a leg is near nothing but the other one and, at the end, the session of its delivery. */
static int is_closed(const Work *work, Bucket *leg, const Bucket *other, int last, Bucket **session)
{
    Columns *self = work->columns;
    *session = NULL;
    for (int i = 0; i < leg->near_count; i++) {
        Bucket *near = bucket_at(work, leg->near[i]);
        if (is_empty(near)) {
            if (memchr(text_of(self, near->key), '@', near->key.size))
                return 0; /* a name joins all that speak of it */
        } else if (near != other) {
            if (!last || !near->session || *session)
                return 0;
            *session = near;
        }
    }
    if (!*session)
        return 1;
    Bucket *one = *session;
    return one->count == 1 && !one->odd && !one->foreign && one->near_count == 1 &&
           bucket_at(work, one->near[0]) == leg && leg->token.size > 0 &&
           same_slices(self, one->session_text, leg->token);
}

static int same_names(const Columns *self, Slice one, Slice other)
{
    const char *a = text_of(self, one), *b = text_of(self, other);
    if (one.size != other.size)
        return 0;
    for (int i = 0; i < one.size; i++)
        if ((a[i] >= 'A' && a[i] <= 'Z' ? a[i] + 32 : a[i]) != (b[i] >= 'A' && b[i] <= 'Z' ? b[i] + 32 : b[i]))
            return 0;
    return 1;
}

static Slice original_of(const Bucket *leg)
{
    return leg->original.size > 0 ? leg->original : leg->recipient;
}

static Slice bare(const Columns *self, Slice id)
{
    const char *text = text_of(self, id);
    if (id.size > 1 && text[0] == '<' && text[id.size - 1] == '>')
        return (Slice){id.at + 1, id.size - 2};
    return id;
}

/* `trace.plain._goes_on` */
static int goes_on(const Work *work, const Bucket *leg, const Bucket *child)
{
    Columns *self = work->columns;
    if (child == leg || (child->origin.size > 0 && !same_slices(self, child->origin, leg->key)))
        return 0;
    if (same_slices(self, child->next_id, leg->key) || child->queued_as.size > 0 || !leg->relayed)
        return 0;
    if (!same_slices(self, bare(self, leg->message_id), bare(self, child->message_id)))
        return 0;
    if (child->arrived < leg->delivered - BEFORE || child->arrived > leg->delivered + AFTER ||
        child->arrived < leg->arrived - AFTER)
        return 0;
    return same_names(self, leg->recipient, child->recipient) || same_names(self, leg->recipient, original_of(child));
}

/* The journey that begins with a leg, if it is plain: 1, 0, -1 with an exception set. */
static int journey_of(const Work *work, Bucket *root, Journey *journey)
{
    Columns *self = work->columns;
    if (!is_plain(work, root) || root->origin.size > 0)
        return 0;
    int ours = root->login.size > 0 ? 0 : comes_from_us(work, root, CLIENT_IP);
    if (ours)
        return ours < 0 ? -1 : 0; /* it may be a later part of another journey */
    Bucket *child = root->next_id.size > 0 ? bucket_of(self, text_of(self, root->next_id), root->next_id.size, 0) : NULL;
    Bucket *none;
    *journey = (Journey){{root, root}, NULL, 1};
    if (!child || is_empty(child)) {
        if (!is_closed(work, root, NULL, 1, &journey->session))
            return 0;
    } else {
        if (!is_plain(work, child) || !goes_on(work, root, child) || !is_closed(work, root, child, 0, &none) ||
            !is_closed(work, child, root, 1, &journey->session))
            return 0;
        journey->leg[1] = child;
        journey->legs = 2;
    }
    Slice id = bare(self, root->message_id);
    const Spoken *spoken = spoken_of(self, text_of(self, id), id.size);
    return spoken && spoken->count == journey->legs;
}

PyObject *new_row(const Rules *rules, PyObject **parts)
{
    PyObject *row = rules->row_type->tp_alloc(rules->row_type, ROW);
    for (int i = 0; i < ROW; i++) {
        if (!parts[i])
            Py_CLEAR(row);
    }
    for (int i = 0; i < ROW; i++) {
        if (row)
            PyTuple_SET_ITEM(row, i, parts[i]);
        else
            Py_XDECREF(parts[i]);
    }
    if (row)
        PyObject_GC_UnTrack(row); /* as facts */
    return row;
}

/* The keys of a journey and of all that it speaks of, in order. */
static PyObject *all_keys(const Work *work, const Journey *journey)
{
    const Bucket *found[2 * NEAR + 2];
    int count = 0;
    for (int i = 0; i < journey->legs; i++) {
        const Bucket *leg = journey->leg[i];
        for (int k = -1; k < leg->near_count; k++) {
            const Bucket *one = k < 0 ? leg : bucket_at(work, leg->near[k]);
            int known = 0;
            for (int j = 0; j < count; j++)
                known |= found[j] == one;
            if (!known)
                found[count++] = one;
        }
    }
    PyObject *keys = PyList_New(0);
    for (int i = 0; keys && i < count; i++) {
        PyObject *text = key_text(work->columns, found[i]);
        if (!text || PyList_Append(keys, text))
            Py_CLEAR(keys);
        Py_XDECREF(text);
    }
    PyObject *made = keys && !PyList_Sort(keys) ? PyList_AsTuple(keys) : NULL;
    Py_XDECREF(keys);
    return made;
}

static PyObject *host_of(const Work *work, int number)
{
    return PyList_GET_ITEM(work->columns->names[HOST], number);
}

static PyObject *hosts_of(const Work *work, const Journey *journey)
{
    int found[3] = {journey->leg[0]->host}, count = 1;
    if (journey->leg[1]->host != found[0])
        found[count++] = journey->leg[1]->host;
    if (journey->session && PyUnicode_GET_LENGTH(host_of(work, journey->session->host))) {
        int known = 0;
        for (int i = 0; i < count; i++)
            known |= found[i] == journey->session->host;
        if (!known)
            found[count++] = journey->session->host;
    }
    PyObject *made = PyTuple_New(count);
    for (int i = 0; made && i < count; i++) {
        Py_INCREF(host_of(work, found[i]));
        PyTuple_SET_ITEM(made, i, host_of(work, found[i]));
    }
    return made;
}

/* Append `filter: action score`. */
static int put_words(const Work *work, const Bucket *leg, Array *out)
{
    if (put_text(out, leg->filter) || put(out, ": ", 2) ||
        put(out, text_of(work->columns, leg->action), leg->action.size))
        return -1;
    if (!leg->has_score)
        return 0;
    char *score = PyOS_double_to_string(leg->score, 'g', 6, 0, NULL);
    int bad = !score || put(out, " ", 1) || put(out, score, strlen(score));
    PyMem_Free(score);
    return bad ? -1 : 0;
}

static PyObject *verdict_of(const Work *work, const Journey *journey)
{
    Array text = {0};
    size_t first = 0;
    int bad = 0;
    for (int i = 0; !bad && i < journey->legs; i++) {
        if (!journey->leg[i]->verdicts)
            continue;
        bad = (first && put(&text, "; ", 2)) || put_words(work, journey->leg[i], &text);
        if (first && text.used == 2 * first + 2 && !memcmp(text.data, text.data + first + 2, first))
            text.used = first; /* the same twice */
        first = first ? first : text.used;
    }
    PyObject *made = bad ? NULL : decoded(text.used ? text.data : "", text.used, 0);
    PyMem_RawFree(text.data);
    return made;
}

static PyObject *identity(const Work *work, const Bucket *root)
{
    Array text = {0};
    char number[24], name[33];
    int size = snprintf(number, sizeof number, "%lld", (long long)root->arrived);
    int bad = put_text(&text, host_of(work, root->host)) || put(&text, "", 1) ||
              put(&text, text_of(work->columns, root->key), root->key.size) || put(&text, "", 1) ||
              put(&text, number, size);
    if (!bad)
        blake2b_hex(text.data, text.used, 16, name);
    PyMem_RawFree(text.data);
    return bad ? NULL : decoded(name, 32, 1);
}

/* What became of the recipient: the words of `rules->ends`, borrowed; `folder` is set where there is a session. */
static PyObject *end_of(const Work *work, const Journey *journey, PyObject **folder)
{
    const Rules *rules = work->rules;
    const Bucket *leg = journey->leg[1];
    PyObject *detail;
    *folder = NULL;
    if (!journey->session) {
        detail = PyUnicode_InternFromString(leg->token.size > 0 ? "Delivered" : "Relayed");
    } else {
        Slice name = journey->session->folder;
        *folder = name.size > 0 ? slice_text(work->columns, name) : PyUnicode_InternFromString("INBOX");
        if (!*folder)
            return NULL;
        detail = PyDict_GetItemWithError(rules->folders, *folder);
        Py_XINCREF(detail);
        if (!detail && !PyErr_Occurred()) {
            detail = PyObject_CallOneArg(rules->folder, *folder);
            if (detail && PyDict_SetItem(rules->folders, *folder, detail))
                Py_CLEAR(detail);
        }
    }
    PyObject *end = detail ? PyDict_GetItemWithError(rules->ends, detail) : NULL;
    if (!end && !PyErr_Occurred())
        PyErr_SetString(PyExc_KeyError, "no such end");
    Py_XDECREF(detail);
    return end;
}

static PyObject *owned(PyObject *borrowed)
{
    Py_XINCREF(borrowed);
    return borrowed;
}

static PyObject *queue_ids(const Work *work, const Journey *journey)
{
    PyObject *one = slice_text(work->columns, journey->leg[0]->key);
    if (journey->legs == 1)
        return one ? Py_BuildValue("(N)", one) : NULL;
    PyObject *two = slice_text(work->columns, journey->leg[1]->key);
    return one && two ? Py_BuildValue("NN", one, two) : (Py_XDECREF(one), Py_XDECREF(two), NULL);
}

static PyObject *row_of(const Work *work, const Journey *journey)
{
    const Columns *self = work->columns;
    const Bucket *root = journey->leg[0], *leg = journey->leg[1], *session = journey->session;
    PyObject *nothing = PyUnicode_New(0, 0), *folder;
    PyObject *end = end_of(work, journey, &folder);
    if (!end) {
        Py_XDECREF(folder);
        return NULL;
    }
    PyObject *const *client = root->client;
    int handed = merged_field(client, root->clients, ORIG_CLIENT_IP) != NULL;
    int ours = PyErr_Occurred() ? -1 : comes_from_us(work, root, handed ? ORIG_CLIENT_IP : CLIENT_IP);
    PyObject *to = merged_text(leg->relay, leg->relays, RELAY_HOST, nothing);
    if (to && !PyUnicode_GET_LENGTH(to))
        to = merged_text(leg->relay, leg->relays, RELAY, nothing);
    if (ours >= 0 && root->login.size > 0)
        ours = 1;
    int64_t ended = session ? session->first : leg->delivered;
    Slice reason = leg->reply, subject = root->subject.size >= 0 ? root->subject : leg->subject;
    if (reason.size > work->rules->most)
        reason.size = (int32_t)work->rules->most;
    PyObject *parts[ROW] = {
        PyLong_FromLongLong(root->arrived),
        identity(work, root),
        PyLong_FromLong(0),
        slice_text(self, root->sender),
        slice_text(self, leg->recipient),
        slice_text(self, original_of(root)),
        subject.size >= 0 ? slice_text(self, subject) : owned(Py_None),
        owned(PyTuple_GET_ITEM(end, 0)),
        owned(PyTuple_GET_ITEM(end, 1)),
        owned(PyTuple_GET_ITEM(end, 2)),
        ours < 0 ? NULL : owned(PyTuple_GET_ITEM(end, 3 + ours)),
        owned(merged_text(client, root->clients, handed ? ORIG_CLIENT_IP : CLIENT_IP, nothing)),
        owned(merged_text(client, root->clients, handed ? ORIG_CLIENT_NAME : CLIENT_NAME, nothing)),
        owned(merged_text(leg->relay, leg->relays, RELAY_IP, nothing)),
        owned(to),
        PyLong_FromLongLong(root->size ? root->size : leg->size),
        slice_text(self, root->message_id),
        slice_text(self, root->login),
        session ? owned(folder) : owned(nothing),
        session ? owned(nothing) : slice_text(self, reason),
        session ? owned(nothing) : slice_text(self, leg->dsn),
        verdict_of(work, journey),
        PyLong_FromLong(1),
        PyLong_FromLongLong(root->arrived > ended ? root->arrived : ended),
        hosts_of(work, journey),
        queue_ids(work, journey),
        all_keys(work, journey),
        owned(nothing),
        owned(nothing),
        owned(work->rules->proven),
        owned(nothing),
    };
    Py_XDECREF(folder);
    Py_XDECREF(nothing);
    return new_row(work->rules, parts);
}

static int append(PyObject *list, PyObject *item)
{
    int bad = !item || PyList_Append(list, item);
    Py_XDECREF(item);
    return bad ? -1 : 0;
}

/* What a journey is remembered by: `trace.plain.note`. */
static int note(const Work *work, const Journey *journey, Bucket *bucket)
{
    const Columns *self = work->columns;
    PyObject *const *lists = work->lists;
    bucket->told = 1;
    if (append(lists[KEYS_OF], key_text(self, bucket)) || append(lists[FIRST], PyLong_FromLongLong(bucket->first)) ||
        append(lists[LAST], PyLong_FromLongLong(bucket->last)))
        return -1;
    if (bucket->session)
        return 0;
    if (append(lists[NAMED], slice_text(self, bare(self, journey->leg[0]->message_id))))
        return -1;
    for (int i = 0; i < bucket->near_count; i++) {
        const Bucket *near = bucket_at(work, bucket->near[i]);
        if (is_empty(near) && (append(lists[WAITED], key_text(self, near)) ||
                               append(lists[WHEN], PyLong_FromLongLong(bucket->last))))
            return -1;
    }
    return 0;
}

static int tell_journeys(const Work *work)
{
    int32_t count = (int32_t)(work->columns->sketches.buckets.used / sizeof(Bucket));
    for (int32_t i = 0; i < count; i++) {
        Journey journey;
        int plain = journey_of(work, bucket_at(work, i), &journey);
        if (plain < 0)
            return -1;
        if (!plain)
            continue;
        if (append(work->lists[ROWS], row_of(work, &journey)) || note(work, &journey, journey.leg[0]) ||
            (journey.legs > 1 && note(work, &journey, journey.leg[1])) ||
            (journey.session && note(work, &journey, journey.session)))
            return -1;
    }
    return 0;
}

/* Take note of what other records are filed under, and speak of. */
static int set_apart(Columns *self, PyObject *keys, int how)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(keys); i++) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(keys, i), &size);
        if (!text) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
                return -1;
            PyErr_Clear(); /* nothing here is named so */
            continue;
        }
        int session = size >= 2 && !memcmp(text, "t:", 2);
        if (how) {
            Bucket *found = bucket_of(self, text + 2 * session, size - 2 * session, session);
            if (found)
                found->foreign |= how;
        } else {
            Spoken *found = spoken_of(self, text, size);
            if (found)
                found->count += 1 << 20;
        }
    }
    return 0;
}

const char plain_doc[] =
    "plain(rules, filed, spoken, message_ids, journeys, route) -> (rows, keys, first, last, message_ids, waited, when,\n"
    "apart, keys of these)\n\n"
    "Tell what is plain of the records without facts; then `facts` has those of all others. filed, spoken: keys that\n"
    "the facts there are filed under, or speak of; message_ids: that they name. journeys: whether any may be told.\n"
    "route: of refusals (`trace.twins.route`), \"\" for any; None when none may be told. apart: facts of what is told that\n"
    "auditing makes acts of.";

PyObject *columns_plain(Columns *self, PyObject *arguments)
{
    PyObject *filed, *spoken, *message_ids;
    Rules rules;
    Work work = {self, &rules, {NULL}};
    const char *route;
    int journeys;
    if (!PyArg_ParseTuple(arguments, "(O!OO!OO!O!Uni)O!O!O!pz", &PyType_Type, &rules.row_type, &rules.is_internal,
                          &PyDict_Type, &rules.internal, &rules.folder, &PyDict_Type, &rules.folders, &PyDict_Type,
                          &rules.ends, &rules.proven, &rules.most, &rules.most_late, &PyList_Type, &filed, &PyList_Type,
                          &spoken, &PyList_Type, &message_ids, &journeys, &route))
        return NULL;
    PyObject *made = PyTuple_New(LISTS);
    for (int i = 0; made && i < LISTS; i++) {
        work.lists[i] = PyList_New(0);
        if (!work.lists[i])
            Py_CLEAR(made);
        else
            PyTuple_SET_ITEM(made, i, work.lists[i]);
    }
    if (!made)
        return NULL;
    int bad = set_apart(self, filed, 1) || set_apart(self, spoken, 2) || set_apart(self, message_ids, 0) ||
              (journeys && tell_journeys(&work)) || (route && tell_refusals(self, &rules, route, work.lists[ROWS])) ||
              make_facts(self, work.lists[APART], work.lists[APART_KEYS]);
    self->sketching = 0;
    if (bad)
        Py_CLEAR(made);
    return made;
}
