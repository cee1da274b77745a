/* Rows of what is plain, told from records without objects, and what it is remembered by; whatever is not seen to be
   plain is made facts of. */

#include "native.h"

/* The lists that are given back. */
enum { KEYS_OF, FIRST, LAST, NAMED, WAITED, WHEN, APART, APART_KEYS, LISTS };

typedef struct {
    Columns *columns;
    PyObject *lists[LISTS];
} Work;

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

PyObject *merged_text(PyObject *const *merged, int count, int name, PyObject *nothing)
{
    PyObject *found = merged_field(merged, count, name);
    if (!found)
        return PyErr_Occurred() ? NULL : nothing;
    if (!PyUnicode_Check(found))
        return PyErr_Format(PyExc_TypeError, "%U is no text", interned[name]);
    return found;
}

int comes_from_us(const Rules *rules, const Bucket *leg, int name)
{
    PyObject *nothing = PyUnicode_New(0, 0);
    PyObject *ip = nothing ? merged_text(leg->client, leg->clients, name, nothing) : NULL;
    int told = ip ? is_internal(rules, ip) : -1;
    Py_XDECREF(nothing);
    return told;
}

int32_t told_count(const Columns *self)
{
    return (int32_t)(self->sketches.told.used / sizeof(ToldRow));
}

int take_told(Columns *self, int32_t number, Parts *parts)
{
    const ToldRow *row = (const ToldRow *)self->sketches.told.data + number;
    parts->count = ROW;
    parts->pieces.used = parts->words.used = 0;
    set_number(parts, RECEIVED, row->received);
    set_piece(parts, TRACE_ID, (Piece){row->id, 32, NULL});
    set_number(parts, LEAF, row->leaf);
    return row->refusal < 0 ? take_journey(self, row, parts) : take_refusal(self, row, parts);
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
        const Bucket *near = bucket_at(work->columns, bucket->near[i]);
        if (is_empty(near) && (append(lists[WAITED], key_text(self, near)) ||
                               append(lists[WHEN], PyLong_FromLongLong(bucket->last))))
            return -1;
    }
    return 0;
}

static int tell_journey(const Work *work, const Journey *journey)
{
    if (tell_rows(work->columns, journey))
        return -1;
    for (int i = 0; i < journey->legs; i++)
        if (note(work, journey, journey->leg[i]))
            return -1;
    for (int i = 0; i < journey->session_count; i++)
        if (note(work, journey, journey->sessions[i]))
            return -1;
    return 0;
}

static int tell_journeys(const Work *work)
{
    Columns *self = work->columns;
    int32_t count = (int32_t)(self->sketches.buckets.used / sizeof(Bucket));
    for (int32_t i = 0; i < count; i++) {
        Journey journey;
        int plain = journey_of(self, &self->rules, bucket_at(self, i), &journey);
        if (plain < 0 || (plain && tell_journey(work, &journey)))
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

/* Take over what Python lays down. */
static int take_rules(Rules *rules, PyObject *given)
{
    Rules made = {given};
    if (rules->given) {
        PyErr_SetString(PyExc_ValueError, "it is told already");
        return -1;
    }
    if (!PyArg_ParseTuple(given, "OO!OO!O!UnLLL", &made.is_internal, &PyDict_Type, &made.internal, &made.folder,
                          &PyDict_Type, &made.folders, &PyDict_Type, &made.ends, &made.proven, &made.most,
                          &made.most_late, &made.before, &made.after) ||
        !(made.nothing = PyUnicode_New(0, 0)))
        return -1;
    Py_INCREF(given);
    *rules = made;
    return 0;
}

const char plain_doc[] =
    "plain(rules, filed, spoken, message_ids, journeys, route)\n"
    "-> (rows, keys, first, last, message_ids, waited, when, apart, keys of these)\n\n"
    "Tell what is plain of the records without facts: how many rows, which `rows` of the module makes columns of; then\n"
    "`facts` has those of all others. filed, spoken: keys that the facts there are filed under, or speak of;\n"
    "message_ids: that they name. journeys: whether any may be told. route: of refusals (`trace.twins.route`), \"\" for\n"
    "any; None when none may be told. apart: facts of what is told that auditing makes acts of.";

PyObject *columns_plain(Columns *self, PyObject *arguments)
{
    PyObject *filed, *spoken, *message_ids, *rules;
    Work work = {self, {NULL}};
    const char *route;
    int journeys;
    if (!PyArg_ParseTuple(arguments, "O!O!O!O!pz", &PyTuple_Type, &rules, &PyList_Type, &filed, &PyList_Type, &spoken,
                          &PyList_Type, &message_ids, &journeys, &route) ||
        take_rules(&self->rules, rules))
        return NULL;
    PyObject *made = PyTuple_New(LISTS + 1);
    for (int i = 0; made && i < LISTS; i++) {
        work.lists[i] = PyList_New(0);
        if (!work.lists[i])
            Py_CLEAR(made);
        else
            PyTuple_SET_ITEM(made, i + 1, work.lists[i]);
    }
    if (!made)
        return NULL;
    int bad = set_apart(self, filed, 1) || set_apart(self, spoken, 2) || set_apart(self, message_ids, 0) ||
              (journeys && tell_journeys(&work)) || (route && tell_refusals(self, &self->rules, route)) ||
              make_facts(self, work.lists[APART], work.lists[APART_KEYS]);
    PyObject *count = bad ? NULL : PyLong_FromLong(told_count(self));
    self->sketching = 0;
    if (!count)
        Py_CLEAR(made);
    else
        PyTuple_SET_ITEM(made, 0, count);
    return made;
}
