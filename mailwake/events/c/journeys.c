/* The row of a plain journey, as `trace.plain` lays it down. */

#include "native.h"

/* The keys of a journey and of all that it speaks of, in order. */
static PyObject *all_keys(Columns *self, const Journey *journey)
{
    const Bucket *found[2 * NEAR + 2];
    int count = 0;
    for (int i = 0; i < journey->legs; i++) {
        const Bucket *leg = journey->leg[i];
        for (int k = -1; k < leg->near_count; k++) {
            const Bucket *one = k < 0 ? leg : bucket_at(self, leg->near[k]);
            int known = 0;
            for (int j = 0; j < count; j++)
                known |= found[j] == one;
            if (!known)
                found[count++] = one;
        }
    }
    PyObject *keys = PyList_New(0);
    for (int i = 0; keys && i < count; i++) {
        PyObject *text = key_text(self, found[i]);
        if (!text || PyList_Append(keys, text))
            Py_CLEAR(keys);
        Py_XDECREF(text);
    }
    PyObject *made = keys && !PyList_Sort(keys) ? PyList_AsTuple(keys) : NULL;
    Py_XDECREF(keys);
    return made;
}

static PyObject *host_of(Columns *self, int number)
{
    return PyList_GET_ITEM(self->names[HOST], number);
}

static PyObject *hosts_of(Columns *self, const Journey *journey, const Way *way)
{
    int found[3] = {journey->leg[0]->host}, count = 1;
    if (way->legs > 1 && journey->leg[1]->host != found[0])
        found[count++] = journey->leg[1]->host;
    if (way->stored && PyUnicode_GET_LENGTH(host_of(self, way->stored->host))) {
        int known = 0;
        for (int i = 0; i < count; i++)
            known |= found[i] == way->stored->host;
        if (!known)
            found[count++] = way->stored->host;
    }
    PyObject *made = PyTuple_New(count);
    for (int i = 0; made && i < count; i++) {
        Py_INCREF(host_of(self, found[i]));
        PyTuple_SET_ITEM(made, i, host_of(self, found[i]));
    }
    return made;
}

/* Append `filter: action score`. */
static int put_words(Columns *self, const Bucket *leg, Array *out)
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

static PyObject *verdict_of(Columns *self, const Journey *journey, int legs)
{
    Array text = {0};
    size_t first = 0;
    int bad = 0;
    for (int i = 0; !bad && i < legs; i++) {
        if (!journey->leg[i]->verdicts)
            continue;
        bad = (first && put(&text, "; ", 2)) || put_words(self, journey->leg[i], &text);
        if (first && text.used == 2 * first + 2 && !memcmp(text.data, text.data + first + 2, first))
            text.used = first; /* the same twice */
        first = first ? first : text.used;
    }
    PyObject *made = bad ? NULL : decoded(text.used ? text.data : "", text.used, 0);
    PyMem_RawFree(text.data);
    return made;
}

static PyObject *identity(Columns *self, const Bucket *root)
{
    Array text = {0};
    char number[24], name[33];
    int size = snprintf(number, sizeof number, "%lld", (long long)root->arrived);
    int bad = put_text(&text, host_of(self, root->host)) || put(&text, "", 1) ||
              put(&text, text_of(self, root->key), root->key.size) || put(&text, "", 1) ||
              put(&text, number, size);
    if (!bad)
        blake2b_hex(text.data, text.used, 16, name);
    PyMem_RawFree(text.data);
    return bad ? NULL : decoded(name, 32, 1);
}

/* What became of the recipient: the words of `rules->ends`, borrowed; `folder` is set where a mailbox server kept it. */
static PyObject *end_of(Columns *self, const Rules *rules, const Way *way, PyObject **folder)
{
    PyObject *detail;
    *folder = NULL;
    if (!way->stored) {
        detail = PyUnicode_InternFromString(way->last->token.size > 0 ? "Delivered" : "Relayed");
    } else {
        Slice name = way->stored->folder;
        *folder = name.size > 0 ? slice_text(self, name) : PyUnicode_InternFromString("INBOX");
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

static PyObject *queue_ids(Columns *self, const Journey *journey, int legs)
{
    PyObject *one = slice_text(self, journey->leg[0]->key);
    if (legs == 1)
        return one ? Py_BuildValue("(N)", one) : NULL;
    PyObject *two = slice_text(self, journey->leg[1]->key);
    return one && two ? Py_BuildValue("NN", one, two) : (Py_XDECREF(one), Py_XDECREF(two), NULL);
}

PyObject *journey_row(Columns *self, const Rules *rules, const Journey *journey, int number)
{
    const Way *way = &journey->ways[number];
    const Bucket *root = journey->leg[0], *leg = journey->leg[way->legs - 1];
    const Delivery *last = way->last;
    PyObject *nothing = PyUnicode_New(0, 0), *folder;
    PyObject *end = end_of(self, rules, way, &folder);
    if (!end) {
        Py_XDECREF(folder);
        return NULL;
    }
    PyObject *const *client = root->client;
    int handed = merged_field(client, root->clients, ORIG_CLIENT_IP) != NULL;
    int ours = PyErr_Occurred() ? -1 : comes_from_us(rules, root, handed ? ORIG_CLIENT_IP : CLIENT_IP);
    PyObject *to = merged_text(last->relay, last->relays, RELAY_HOST, nothing);
    if (to && !PyUnicode_GET_LENGTH(to))
        to = merged_text(last->relay, last->relays, RELAY, nothing);
    if (ours >= 0 && root->login.size > 0)
        ours = 1;
    int64_t ended = way->stored ? way->stored->ts : last->ts;
    Slice reason = last->reply, subject = root->subject.size >= 0 ? root->subject : leg->subject;
    if (reason.size > rules->most)
        reason.size = (int32_t)rules->most;
    PyObject *parts[ROW] = {
        PyLong_FromLongLong(root->arrived),
        identity(self, root),
        PyLong_FromLong(number),
        slice_text(self, root->sender),
        slice_text(self, last->recipient),
        slice_text(self, original_of(way->first)),
        subject.size >= 0 ? slice_text(self, subject) : owned(Py_None),
        owned(PyTuple_GET_ITEM(end, 0)),
        owned(PyTuple_GET_ITEM(end, 1)),
        owned(PyTuple_GET_ITEM(end, 2)),
        ours < 0 ? NULL : owned(PyTuple_GET_ITEM(end, 3 + ours)),
        owned(merged_text(client, root->clients, handed ? ORIG_CLIENT_IP : CLIENT_IP, nothing)),
        owned(merged_text(client, root->clients, handed ? ORIG_CLIENT_NAME : CLIENT_NAME, nothing)),
        owned(merged_text(last->relay, last->relays, RELAY_IP, nothing)),
        owned(to),
        PyLong_FromLongLong(root->size ? root->size : leg->size),
        slice_text(self, root->message_id),
        slice_text(self, root->login),
        way->stored ? owned(folder) : owned(nothing),
        way->stored ? owned(nothing) : slice_text(self, reason),
        way->stored ? owned(nothing) : slice_text(self, last->dsn),
        verdict_of(self, journey, way->legs),
        PyLong_FromLong(1),
        PyLong_FromLongLong(root->arrived > ended ? root->arrived : ended),
        hosts_of(self, journey, way),
        queue_ids(self, journey, way->legs),
        all_keys(self, journey),
        owned(nothing),
        owned(nothing),
        owned(rules->proven),
        owned(nothing),
    };
    Py_XDECREF(folder);
    Py_XDECREF(nothing);
    return new_row(rules, parts);
}
