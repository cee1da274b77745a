/* Tables of the keys that records without objects are filed under and speak of, and of the Message-IDs in them. */

#include "native.h"

const char *text_of(const Columns *self, Slice slice)
{
    return self->raw.data + slice.at;
}

PyObject *slice_text(const Columns *self, Slice slice)
{
    return decoded(slice.size > 0 ? text_of(self, slice) : "", slice.size > 0 ? slice.size : 0, 1);
}

int same_slices(const Columns *self, Slice one, Slice other)
{
    return one.size == other.size && (one.size <= 0 || !memcmp(text_of(self, one), text_of(self, other), one.size));
}

/* Double a table of numbers of items (less one; 0 is empty) whose hash is their first part. */
static int grow(int32_t **table, size_t *size, const Array *items, size_t item)
{
    size_t count = items->used / item, bigger = *size ? *size * 2 : 1 << 12;
    if (count * 2 < *size)
        return 0;
    int32_t *made = PyMem_RawCalloc(bigger, sizeof *made);
    if (!made) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t hash;
        memcpy(&hash, items->data + i * item, sizeof hash);
        size_t place = hash & (bigger - 1);
        while (made[place])
            place = (place + 1) & (bigger - 1);
        made[place] = (int32_t)i + 1;
    }
    PyMem_RawFree(*table);
    *table = made;
    *size = bigger;
    return 0;
}

Bucket *bucket_at(Columns *self, int32_t number)
{
    return (Bucket *)self->sketches.buckets.data + number;
}

Delivery *delivery_at(const Columns *self, int32_t number)
{
    return (Delivery *)self->sketches.deliveries.data + number;
}

Stored *stored_at(const Columns *self, int32_t number)
{
    return (Stored *)self->sketches.stored.data + number;
}

/* The number of a key's bucket, or -1 less the place in the table where it would be noted. */
static int64_t find_bucket(Columns *self, const char *key, size_t size, int session, uint64_t hash)
{
    Sketches *all = &self->sketches;
    size_t place = hash & (all->bucket_size - 1);
    for (; all->bucket_table[place]; place = (place + 1) & (all->bucket_size - 1)) {
        Bucket *one = bucket_at(self, all->bucket_table[place] - 1);
        if (one->hash == hash && one->session == session && (size_t)one->key.size == size &&
            !memcmp(text_of(self, one->key), key, size))
            return all->bucket_table[place] - 1;
    }
    return -1 - (int64_t)place;
}

static uint64_t hash_of_key(const char *key, size_t size, int session)
{
    return hashed(key, size) + (session ? 0x9E3779B97F4A7C15ull : 0);
}

Bucket *bucket_of(Columns *self, const char *key, size_t size, int session)
{
    if (!self->sketches.bucket_size)
        return NULL;
    int64_t found = find_bucket(self, key, size, session, hash_of_key(key, size, session));
    return found < 0 ? NULL : bucket_at(self, (int32_t)found);
}

int32_t take_bucket(Columns *self, Slice key, int session)
{
    Sketches *all = &self->sketches;
    if (grow(&all->bucket_table, &all->bucket_size, &all->buckets, sizeof(Bucket)))
        return -1;
    uint64_t hash = hash_of_key(text_of(self, key), key.size, session);
    int64_t found = find_bucket(self, text_of(self, key), key.size, session, hash);
    if (found >= 0)
        return (int32_t)found;
    Bucket made = {.hash = hash, .key = key, .session = session, .host = -1};
    Slice none = {0, -1};
    Slice *slices[] = {&made.login,   &made.origin, &made.message_id, &made.sender,
                       &made.subject, &made.action, &made.queued_as};
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
        *slices[i] = none;
    int32_t number = (int32_t)(all->buckets.used / sizeof(Bucket));
    if (put(&all->buckets, &made, sizeof made))
        return -1;
    all->bucket_table[-1 - found] = number + 1;
    return number;
}

static void note_near(Bucket *one, int32_t other)
{
    for (int i = 0; i < one->near_count; i++)
        if (one->near[i] == other)
            return;
    if (one->near_count < NEAR)
        one->near[one->near_count++] = other;
    else
        one->odd = 1;
}

int speak(Columns *self, int32_t number, Slice key, int session)
{
    int32_t other = take_bucket(self, key, session);
    if (other < 0)
        return -1;
    if (other == number)
        bucket_at(self, number)->odd = 1; /* of itself: not for this way */
    note_near(bucket_at(self, number), other);
    note_near(bucket_at(self, other), number);
    return 0;
}

Spoken *spoken_of(Columns *self, const char *text, size_t size)
{
    Sketches *all = &self->sketches;
    uint64_t hash = hashed(text, size);
    size_t place = all->spoken_size ? hash & (all->spoken_size - 1) : 0;
    for (; all->spoken_size && all->spoken_table[place]; place = (place + 1) & (all->spoken_size - 1)) {
        Spoken *one = (Spoken *)all->spoken.data + all->spoken_table[place] - 1;
        if (one->hash == hash && (size_t)one->text.size == size && !memcmp(text_of(self, one->text), text, size))
            return one;
    }
    return NULL;
}

int speak_of(Columns *self, Slice text)
{
    Sketches *all = &self->sketches;
    Spoken *known = spoken_of(self, text_of(self, text), text.size);
    if (known) {
        known->count++;
        return 0;
    }
    Spoken made = {hashed(text_of(self, text), text.size), text, 1};
    if (grow(&all->spoken_table, &all->spoken_size, &all->spoken, sizeof made))
        return -1;
    size_t place = made.hash & (all->spoken_size - 1);
    while (all->spoken_table[place])
        place = (place + 1) & (all->spoken_size - 1);
    all->spoken_table[place] = (int32_t)(all->spoken.used / sizeof made) + 1;
    return put(&all->spoken, &made, sizeof made);
}

PyObject *key_text(const Columns *self, const Bucket *bucket)
{
    if (!bucket->session)
        return slice_text(self, bucket->key);
    PyObject *made = PyUnicode_New(bucket->key.size + 2, 127);
    if (made) {
        memcpy(PyUnicode_1BYTE_DATA(made), "t:", 2);
        memcpy(PyUnicode_1BYTE_DATA(made) + 2, text_of(self, bucket->key), bucket->key.size);
    }
    return made;
}

Slice bare(const Columns *self, Slice id)
{
    const char *text = text_of(self, id);
    if (id.size > 1 && text[0] == '<' && text[id.size - 1] == '>')
        return (Slice){id.at + 1, id.size - 2};
    return id;
}

void sketches_free(Sketches *all)
{
    for (size_t i = 0; i < all->sketches.used / sizeof(Sketch); i++) {
        Py_DECREF(((Sketch *)all->sketches.data)[i].known);
        Py_DECREF(((Sketch *)all->sketches.data)[i].origin);
    }
    for (size_t i = 0; i < all->buckets.used / sizeof(Bucket); i++) {
        Bucket *one = (Bucket *)all->buckets.data + i;
        for (int k = 0; k < MERGES; k++)
            Py_XDECREF(one->client[k]);
    }
    for (size_t i = 0; i < all->deliveries.used / sizeof(Delivery); i++)
        for (int k = 0; k < MERGES; k++)
            Py_XDECREF(((Delivery *)all->deliveries.data)[i].relay[k]);
    for (size_t i = 0; i < all->refusals.used / sizeof(Refusal); i++)
        for (int k = 0; k < MERGES; k++)
            Py_XDECREF(((Refusal *)all->refusals.data)[i].client[k]);
    PyMem_RawFree(all->sketches.data);
    PyMem_RawFree(all->buckets.data);
    PyMem_RawFree(all->spoken.data);
    PyMem_RawFree(all->refusals.data);
    PyMem_RawFree(all->deliveries.data);
    PyMem_RawFree(all->stored.data);
    PyMem_RawFree(all->told.data);
    PyMem_RawFree(all->bucket_table);
    PyMem_RawFree(all->spoken_table);
    memset(all, 0, sizeof *all);
}
