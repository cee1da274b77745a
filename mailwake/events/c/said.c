/* What a record says, without objects: values by place. Only of shapes whose fields are all known here; whatever else a
   source may say makes its records go the usual way. */

#include "native.h"

typedef struct {
    int role, place;
    const char *name;
} Known;

/* What the shapes of a role may say. What stands nowhere is of no account for a row. */
static const Known known[] = {
    {ARRIVES, LOGIN, "sasl_username"},
    {ARRIVES, NOWHERE, "sasl_method"},
    {ARRIVES, ORIGIN, "orig_queue_id"},
    {NAMES, MESSAGE_ID, "message_id"},
    {HEADS_UP, VALUE, "value"},
    {HEADS_UP, NOWHERE, "sender"},
    {HEADS_UP, NOWHERE, "recipient"},
    {HEADS_UP, NOWHERE, "protocol"},
    {HEADS_UP, NOWHERE, "helo"},
    {IS_QUEUED, SENDER, "sender"},
    {IS_QUEUED, SIZE, "size"},
    {IS_QUEUED, RECIPIENTS, "nrcpt"},
    {IS_DELIVERED, RECIPIENT, "recipient"},
    {IS_DELIVERED, ORIGINAL, "orig_recipient"},
    {IS_DELIVERED, NOWHERE, "conn_use"},
    {IS_DELIVERED, NOWHERE, "delay"},
    {IS_DELIVERED, NOWHERE, "delays"},
    {IS_DELIVERED, NOWHERE, "tls"},
    {IS_DELIVERED, DSN, "dsn"},
    {IS_DELIVERED, STATUS, "status"},
    {IS_DELIVERED, REPLY, "reply"},
    {IS_DELIVERED, AGENT, "agent"},
    {IS_DELIVERED, TOKEN, "token"},
    {IS_DELIVERED, DISPOSITION, "disposition"},
    {IS_DELIVERED, NEXT_ID, "next_id"},
    {IS_REMOVED, NOWHERE, "by"},
    {IS_STORED, ACTION, "action"},
    {IS_STORED, FOLDER, "folder"},
    {IS_STORED, BY, "service"},
    {IS_STORED, NOWHERE, "user"},
    {IS_STORED, SESSION, "session"},
    {IS_STORED, NOWHERE, "message_id"},
    {IS_JUDGED, FILTER, "filter"},
    {IS_JUDGED, ACTION, "action"},
    {IS_JUDGED, NOWHERE, "spam"},
    {IS_JUDGED, NOWHERE, "text"},
    {IS_JUDGED, NOWHERE, "client_ip"},
    {IS_JUDGED, NOWHERE, "sender"},
    {IS_JUDGED, NOWHERE, "recipients"},
    {IS_JUDGED, QUEUE_ID, "queue_id"},
    {IS_JUDGED, NOWHERE, "message_id"},
    {IS_JUDGED, SCORE, "score"},
    {IS_JUDGED, NOWHERE, "size"},
    {IS_JUDGED, QUEUED_AS, "queued_as"},
    {IS_JUDGED, NOWHERE, "dkim"},
    {IS_REFUSED, NOWHERE, "stage"},
    {IS_REFUSED, BY, "by"},
    {IS_REFUSED, CODE, "code"},
    {IS_REFUSED, DSN, "dsn"},
    {IS_REFUSED, TEMPORARY, "temporary"},
    {IS_REFUSED, WORDS, "text"},
    {IS_REFUSED, SENDER, "sender"},
    {IS_REFUSED, RECIPIENT, "recipient"},
    {IS_REFUSED, NOWHERE, "protocol"},
    {IS_REFUSED, HELO, "helo"},
};
static const struct {
    const char *kind;
    int role;
} roles[] = {
    {"arrive", ARRIVES},      {"message_id", NAMES},   {"header", HEADS_UP},   {"active", IS_QUEUED},
    {"deliver", IS_DELIVERED}, {"remove", IS_REMOVED}, {"mailbox", IS_STORED}, {"verdict", IS_JUDGED},
    {"reject", IS_REFUSED},
};

static int place_of(int role, PyObject *name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].role == role && !PyUnicode_CompareWithASCIIString(name, known[i].name))
            return known[i].place;
    return -1;
}

/* Whether the values of a field can be taken for a place. */
static int fits(const Field *field, int place)
{
    int how = field->how;
    if (how == LISTED)
        return place == NOWHERE ||
               (place == QUEUED_AS && !PyUnicode_CompareWithASCIIString(field->argument, "/"));
    if (how == WHOLE || how == DECIMAL)
        return place == NOWHERE ||
               (how == DECIMAL ? place == SCORE : place == SIZE || place == RECIPIENTS || place == CODE);
    return place != QUEUED_AS && place != SIZE && place != RECIPIENTS && place != CODE && place != SCORE;
}

int take_role(Shape *shape)
{
    int role = NO_ROLE, merges = 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!PyUnicode_CompareWithASCIIString(shape->kind, roles[i].kind))
            role = roles[i].role;
    shape->places = PyMem_Calloc(shape->field_count + 1, 1);
    if (!shape->places) {
        PyErr_NoMemory();
        return -1;
    }
    if (shape->finish != Py_None || (role == IS_REFUSED) != !shape->key_group)
        role = NO_ROLE;
    for (int i = 0; role && i < shape->field_count; i++) {
        const Field *field = &shape->fields[i];
        int place = field->how == MERGED ? NOWHERE : place_of(role, field->name);
        merges += field->how == MERGED;
        if (place < 0 || !fits(field, place) || merges > MERGES ||
            (field->how == CONSTANT && !PyUnicode_Check(field->argument)))
            role = NO_ROLE;
        else
            shape->places[i] = (uint8_t)place;
    }
    shape->role = role;
    return 0;
}

static int take_value(const Field *field, int place, const uint8_t *from, const uint8_t *to, Said *said)
{
    int64_t number;
    double score;
    switch (field->how) {
    case WHOLE:
        if (whole_of(from, to, &number))
            return 0;
        *(place == SIZE ? &said->size : place == CODE ? &said->code : place ? &said->recipients : &number) = number;
        break;
    case DECIMAL:
        if (decimal_of(from, to, &score))
            return 0;
        if (place == SCORE)
            said->score = score;
        break;
    case MERGED:
    case MAPPED: {
        PyObject *value = looked_up(field, from, to);
        if (!value || (field->how == MERGED && !PyDict_Check(value)))
            return PyErr_Occurred() ? -1 : 0;
        if (field->how == MERGED)
            said->merged[said->merges++] = value;
        else
            said->object[place] = value;
        break;
    }
    default:
        said->text[place] = (Text){from, (int)(to - from)};
        said->object[place] = NULL;
    }
    if (place)
        said->has |= 1u << place;
    return 1;
}

int read_said(const Shape *shape, const Found *found, Said *said)
{
    said->has = 0;
    said->merges = 0;
    said->key = (Text){NULL, 0};
    if (shape->key_group) {
        const uint8_t *from = found->marks[2 * shape->key_group], *to = found->marks[2 * shape->key_group + 1];
        if (!from || !to || from == to)
            return 0;
        said->key = (Text){from, (int)(to - from)};
    }
    for (int i = 0; i < shape->field_count; i++) {
        const Field *field = &shape->fields[i];
        int place = shape->places[i];
        if (field->how == CONSTANT) {
            said->object[place] = field->argument;
            said->has |= place ? 1u << place : 0;
            continue;
        }
        const uint8_t *from = found->marks[2 * field->group], *to = found->marks[2 * field->group + 1];
        if (!from || !to)
            continue;
        int taken = take_value(field, place, from, to, said);
        if (taken <= 0)
            return taken;
    }
    return 1;
}

int says(const Said *said, int place, const char *text)
{
    if (!(said->has >> place & 1))
        return 0;
    if (said->object[place])
        return PyUnicode_Check(said->object[place]) && !PyUnicode_CompareWithASCIIString(said->object[place], text);
    return (size_t)said->text[place].size == strlen(text) &&
           !memcmp(said->text[place].from, text, said->text[place].size);
}
