/* Which journeys are plain, told from records without objects: one recipient as `trace.plain` lays it down, several as
   `trace.walk` follows them where nothing stands in their way. */

#include "native.h"

#define ALL (1 << ARRIVES | 1 << NAMES | 1 << IS_QUEUED | 1 << IS_DELIVERED | 1 << IS_REMOVED)

/* Whether a key has letters and digits only: names, and ids that go from server to server, are not for this way. */
static int is_queue_id(const Columns *self, Slice key)
{
    const char *text = text_of(self, key);
    for (int i = 0; i < key.size; i++)
        if (!Py_ISALNUM(text[i]))
            return 0;
    return key.size > 0;
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

Slice original_of(const Delivery *delivery)
{
    return delivery->original.size > 0 ? delivery->original : delivery->recipient;
}

int is_empty(const Bucket *bucket)
{
    return !bucket->count && !(bucket->foreign & 1);
}

/* Gather the deliveries of a leg; whether they are plain, and of several each has its own recipient, who was addressed
   by that name, or by one that all were. */
static int gather(const Columns *self, const Bucket *leg, const Delivery **found)
{
    static const char *const relay[] = {"relay", "relay_ip", "relay_host", "relay_port", NULL};
    int32_t number = leg->deliveries.first;
    for (int i = 0; i < leg->deliveries.count; i++) {
        const Delivery *one = found[i] = delivery_at(self, number);
        Slice alias = found[0]->original;
        if (!only_names(one->relay, one->relays, relay))
            return 0;
        if (leg->deliveries.count > 1 && (one->original.size > 0 || alias.size > 0) &&
            (!same_slices(self, one->original, alias) || same_names(self, one->recipient, alias)))
            return 0;
        for (int k = 0; k < i; k++)
            if (same_names(self, one->recipient, found[k]->recipient))
                return 0;
        number = one->next;
    }
    return 1;
}

/* Whether a leg's recipients came of one alias. */
static int is_aliased(int count, const Delivery **deliveries)
{
    return count > 1 && deliveries[0]->original.size > 0;
}

static int is_plain(const Columns *self, const Rules *rules, const Bucket *leg, const Delivery **found)
{
    return !leg->odd && !leg->foreign && !leg->session && !leg->told && (leg->kinds & ALL) == ALL &&
           leg->arrived <= leg->mailed + rules->most_late && leg->recipients == leg->deliveries.count &&
           gather(self, leg, found) && is_queue_id(self, leg->key);
}

/* Whether a delivery was in this session of a mailbox server. */
static int is_in(const Columns *self, const Delivery *delivery, const Bucket *session)
{
    Slice token = delivery->token;
    return token.size >= session->key.size &&
           !memcmp(text_of(self, token), text_of(self, session->key), session->key.size) &&
           (token.size == session->key.size || text_of(self, token)[session->key.size] == ':');
}

/* Whether a session is of these deliveries alone, and has one thing to say of each. */
static int take_session(Columns *self, Bucket *session, const Bucket *leg, Journey *journey)
{
    int within = 0;
    if (session->odd || session->foreign || session->near_count != 1 || bucket_at(self, session->near[0]) != leg)
        return 0;
    for (int i = 0; i < journey->count; i++)
        within += is_in(self, journey->ways[i].last, session);
    if (session->count != within || session->stored.count != within || journey->session_count == 2 * NEAR)
        return 0;
    int32_t number = session->stored.first;
    for (int k = 0; k < within; k++) {
        const Stored *stored = stored_at(self, number);
        int taken = 0;
        for (int i = 0; i < journey->count; i++) {
            Way *way = &journey->ways[i];
            if (!same_slices(self, stored->text, way->last->token))
                continue;
            taken += 1 + (way->stored != NULL);
            way->stored = stored;
        }
        if (taken != 1)
            return 0;
        number = stored->next;
    }
    journey->sessions[journey->session_count++] = session;
    return 1;
}

/* Whether a leg is near nothing but the other one, and the sessions of its deliveries. */
static int is_closed(Columns *self, const Bucket *leg, const Bucket *other, Journey *journey)
{
    for (int i = 0; i < leg->near_count; i++) {
        Bucket *near = bucket_at(self, leg->near[i]);
        if (is_empty(near)) {
            if (memchr(text_of(self, near->key), '@', near->key.size))
                return 0; /* a name joins all that speak of it */
        } else if (near != other && (!near->session || !take_session(self, near, leg, journey))) {
            return 0;
        }
    }
    return 1;
}

/* `trace.plain._goes_on`, of the legs. */
static int goes_on(const Columns *self, const Rules *rules, const Bucket *leg, const Bucket *child)
{
    if (child == leg || (child->origin.size > 0 && !same_slices(self, child->origin, leg->key)))
        return 0;
    return child->queued_as.size <= 0 && child->arrived >= leg->arrived - rules->after &&
           same_slices(self, bare(self, leg->message_id), bare(self, child->message_id));
}

/* The same of a recipient: where among the child's deliveries their way goes on; -1 if that is not plain. */
static int onward(const Columns *self, const Rules *rules, const Delivery *delivery, const Bucket *child,
                  const Delivery **theirs)
{
    if (!delivery->relayed || child->arrived < delivery->ts - rules->before ||
        child->arrived > delivery->ts + rules->after)
        return -1;
    for (int i = 0; i < child->deliveries.count; i++)
        if (same_names(self, delivery->recipient, theirs[i]->recipient) ||
            same_names(self, delivery->recipient, original_of(theirs[i])))
            return i;
    return -1;
}

/* Whether a leg's deliveries go on as another leg, all of that one; who does not ends with the first one. */
static int lead(Columns *self, const Rules *rules, const Bucket *child, Journey *journey)
{
    const Bucket *root = journey->leg[0];
    const Delivery *theirs[WAYS];
    int gone = 0, taken = 0;
    if (journey->aliased || !is_plain(self, rules, child, theirs) || is_aliased(child->deliveries.count, theirs) ||
        !goes_on(self, rules, root, child))
        return 0;
    for (int i = 0; i < child->deliveries.count; i++)
        if (same_slices(self, theirs[i]->next_id, root->key))
            return 0;
    for (int i = 0; i < journey->count; i++) {
        Way *way = &journey->ways[i];
        if (!same_slices(self, way->first->next_id, child->key))
            continue;
        int place = onward(self, rules, way->first, child, theirs);
        if (place < 0 || taken >> place & 1)
            return 0;
        taken |= 1 << place;
        gone++;
        way->last = theirs[place];
        way->legs = 2;
    }
    /* Who stays behind is looked for in whatever the whole message went on as. */
    return gone == child->deliveries.count &&
           (gone == journey->count || (!root->verdicts && child->origin.size <= 0));
}

/* The leg that a journey goes on as; NULL for none, or the leg itself where there are several. */
static Bucket *child_of(Columns *self, const Journey *journey)
{
    Bucket *child = NULL;
    for (int i = 0; i < journey->count; i++) {
        Slice next = journey->ways[i].first->next_id;
        Bucket *one = next.size > 0 ? bucket_of(self, text_of(self, next), next.size, 0) : NULL;
        if (!one || is_empty(one) || one == child)
            continue;
        if (child)
            return journey->leg[0];
        child = one;
    }
    return child;
}

static int order_of(const Columns *self, Slice one, Slice other)
{
    int order = memcmp(text_of(self, one), text_of(self, other), one.size < other.size ? one.size : other.size);
    return order ? order : one.size - other.size;
}

/* Put the ways in the order of `trace.journeys._place`, that of an alias before those of whom it stood for. */
static void arrange(const Columns *self, Journey *journey)
{
    if (journey->aliased) {
        memmove(journey->ways + 1, journey->ways, journey->count * sizeof(Way));
        journey->ways[0] = (Way){journey->ways[1].first, NULL, NULL, 1};
        journey->count++;
    }
    for (int i = 1 + journey->aliased; i < journey->count; i++) {
        Way way = journey->ways[i];
        int k = i;
        for (; k > journey->aliased; k--) {
            const Way *before = &journey->ways[k - 1];
            int order = order_of(self, original_of(way.first), original_of(before->first));
            if (order > 0 || (!order && order_of(self, way.last->recipient, before->last->recipient) >= 0))
                break;
            journey->ways[k] = journey->ways[k - 1];
        }
        journey->ways[k] = way;
    }
}

int journey_of(Columns *self, const Rules *rules, Bucket *root, Journey *journey)
{
    const Delivery *own[WAYS];
    if (root->origin.size > 0 || !is_plain(self, rules, root, own))
        return 0;
    int ours = root->login.size > 0 ? 0 : comes_from_us(rules, root, CLIENT_IP);
    if (ours)
        return ours < 0 ? -1 : 0; /* it may be a later part of another journey */
    *journey = (Journey){.leg = {root, root}, .legs = 1, .count = root->deliveries.count};
    for (int i = 0; i < journey->count; i++)
        journey->ways[i] = (Way){own[i], own[i], NULL, 1};
    journey->aliased = is_aliased(journey->count, own);
    Bucket *child = child_of(self, journey);
    if (child) {
        if (!lead(self, rules, child, journey) || !is_closed(self, child, root, journey))
            return 0;
        journey->leg[1] = child;
        journey->legs = 2;
    }
    if (!is_closed(self, root, child, journey))
        return 0;
    arrange(self, journey);
    Slice id = bare(self, root->message_id);
    const Spoken *spoken = spoken_of(self, text_of(self, id), id.size);
    return spoken && spoken->count == journey->legs;
}
