/* What the files of `mailwake.events._native` share. See docs/decisions/0019-columns-from-bytes.md. */

#ifndef MAILWAKE_NATIVE_H
#define MAILWAKE_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* -- arrays.c: arrays that grow, text --------------------------------------------------------------------------- */

typedef struct {
    char *data;
    size_t used, size;
} Array;

extern PyTypeObject BufferType;
/* Make room for so many bytes more; append an item: -1 with an exception set. */
int room(Array *array, size_t more);

static inline int put(Array *array, const void *item, size_t size)
{
    if (array->size - array->used < size && room(array, size))
        return -1;
    if (size)
        memcpy(array->data + array->used, item, size);
    array->used += size;
    return 0;
}

/* The array as an object of the buffer protocol; it is empty afterwards. */
PyObject *finished(Array *array);
/* Append text as UTF-8, bytes that were none as they were. */
int put_text(Array *array, PyObject *text);
uint64_t hashed(const char *text, size_t size); /* never 0 */
int is_ascii(const char *text, size_t size);
PyObject *decoded(const char *text, size_t size, int ascii);

/* -- shapes.c: what the sources say of their commonest lines ------------------------------------------------------ */

#define MARKS 64 /* group n stands between marks 2n and 2n + 1 */

typedef struct {
    int op, possessive; /* nothing is given back, of a mark: it need not be taken back */
    int a, b, c; /* literal: place, length; run: set, least, most; mark: number; branch: place, count */
    int next;
} Node;

typedef struct {
    int count, start, marks;
    Node *nodes;
    uint8_t *literals;
    uint8_t *sets; /* 256 bytes each */
    int *branches;
    uint8_t begins[256]; /* which bytes a text may begin with */
} Pattern;

typedef struct {
    const uint8_t *end;
    const uint8_t *marks[MARKS];
} Found;

/* How a field of a fact is made of a group: `events.shape`. */
enum { TEXT, WHOLE, DECIMAL, CONSTANT, MERGED, MAPPED, LISTED };

#define ANSWERS 512

/* What was made of a text last. */
typedef struct {
    PyObject *text, *value; /* owned */
} Answer;

typedef struct {
    int how, group;
    PyObject *name, *argument, *cache;
    Answer *answers; /* by the texts' hashes */
} Field;

typedef struct {
    Pattern pattern;
    PyObject *kind, *finish;
    int key_group, field_count, kind_number, wanted;
    int role; /* what it is in the story of a message, if its records may be kept without objects: said.c */
    uint8_t *places; /* where a field's value goes in `Said` */
    Field *fields;
} Shape;

/* Take over what `ingest.shapes.loadable` made of a shape; -1 with an exception set. */
int shape_load(Shape *shape, PyObject *given);
void shape_free(Shape *shape);
/* Whether the pattern matches at the start of the text; marks of groups that took no part are NULL. */
int pattern_match(const Pattern *pattern, const uint8_t *text, const uint8_t *end, Found *found);
/* The fields of a text that the shape's pattern matched; NULL with an exception set. */
PyObject *shape_fields(const Shape *shape, const Found *found);
/* The ASCII text of a group as a str; the empty one when it took no part. */
PyObject *group_text(const Found *found, int group);
/* Numbers of groups: 0, or -1 where it is none. What a function of a source, or a table, makes of a group: borrowed. */
int whole_of(const uint8_t *from, const uint8_t *to, int64_t *value);
int decimal_of(const uint8_t *from, const uint8_t *to, double *value);
PyObject *looked_up(const Field *field, const uint8_t *from, const uint8_t *to);

/* -- said.c: what a record says, by the places that the story of a message has ------------------------------------- */

enum { NO_ROLE, ARRIVES, NAMES, HEADS_UP, IS_QUEUED, IS_DELIVERED, IS_REMOVED, IS_STORED, IS_JUDGED, IS_REFUSED };
enum {
    NOWHERE, SENDER, RECIPIENT, ORIGINAL, MESSAGE_ID, VALUE, SIZE, RECIPIENTS, STATUS, DSN, REPLY, TOKEN, NEXT_ID,
    DISPOSITION, AGENT, LOGIN, ORIGIN, FOLDER, SESSION, QUEUE_ID, QUEUED_AS, ACTION, FILTER, SCORE, CODE, WORDS,
    TEMPORARY, HELO, BY, PLACES
};
#define MERGES 3

typedef struct {
    const uint8_t *from;
    int size;
} Text;

typedef struct {
    uint32_t has; /* bits of the places that have a value */
    Text key;
    Text text[PLACES];
    PyObject *object[PLACES]; /* constants and what stands in tables: borrowed */
    int64_t size, recipients, code;
    double score;
    PyObject *merged[MERGES]; /* borrowed */
    int merges;
} Said;

/* Give a shape its role, if it has one: -1 with an exception set. */
int take_role(Shape *shape);
/* What a record says: 1; 0 when the usual way has to look at it; -1 with an exception set. */
int read_said(const Shape *shape, const Found *found, Said *said);
/* Whether a place has this text. */
int says(const Said *said, int place, const char *text);

/* -- columns.c, lines.c: facts ------------------------------------------------------------------------------------- */

#define HEADS 20000 /* heads remembered at the most */
#define HEAD_PLACES (1 << 16)
#define KEYS 8192 /* keys of facts remembered at the most */

/* What stands between stamp and message. */
typedef struct {
    uint64_t hash;
    char *text;
    int size;
    int host, program;
    uint32_t pid;
    PyObject *known; /* (host, program, pid, parser) */
    Shape *shapes;
    int shape_count;
} Head;

/* Shapes of a program, loaded once. */
typedef struct {
    PyObject *given;
    Shape *shapes;
    int count;
} Loaded;

/* -- buckets.c, sketches.c: records without objects, by the keys that they are filed under ------------------------- */

/* A part of the window's text; size below 0: there is none. */
typedef struct {
    int32_t at, size;
} Slice;

#define NEAR 8
#define WAYS 16 /* recipients of a message that is told here, at the most */

/* A delivery that succeeded. */
typedef struct {
    int64_t ts;
    int32_t next; /* the next one of the same bucket; -1: there is none */
    int relayed, relays;
    PyObject *relay[MERGES]; /* owned */
    Slice recipient, original, reply, dsn, token, next_id;
} Delivery;

/* What a mailbox server kept. */
typedef struct {
    int64_t ts;
    int32_t next;
    int host;
    Slice text, folder; /* text: which delivery of its session it was */
} Stored;

/* Numbers of deliveries, or of what was stored, of one bucket, in their order. */
typedef struct {
    int32_t first, last;
    int count;
} Chain;

/* What is filed under one key, as far as it is plain. */
typedef struct {
    uint64_t hash;
    Slice key;
    int session; /* the key is that of a mailbox server's session: `t:` and the key */
    int odd;     /* nothing that is told here */
    int told;    /* it is part of a row */
    int count;   /* records without objects */
    int foreign; /* other records: 1 are filed under it, 2 speak of it */
    int near[NEAR], near_count;
    int stage, kinds, host, queue_manager;
    int64_t first, last;    /* times of all records */
    int64_t latest;         /* of those whose order counts */
    int64_t arrived, mailed;
    PyObject *client[MERGES]; /* owned */
    int clients;
    Chain deliveries, stored;
    Slice login, origin, message_id, sender, subject, action, queued_as;
    int verdicts, has_score;
    PyObject *filter; /* owned by its shape */
    int64_t size, recipients, judged;
    double score;
} Bucket;

typedef struct {
    uint64_t hash;
    Slice text;
    int count;
} Spoken;

/* A refusal without a queue ID. */
typedef struct {
    int32_t row, told;
    int code, temporary;
    PyObject *client[MERGES];
    int clients;
    Slice sender, recipient, words, dsn, helo;
    char key[27];
} Refusal;

typedef struct {
    int32_t row, place; /* number of its bucket, or -1 less that of its refusal */
    uint32_t message;   /* where that begins in the line */
    const Shape *shape;
    PyObject *known, *origin; /* owned */
} Sketch;

typedef struct {
    Array sketches, buckets, spoken, refusals, deliveries, stored, told;
    int32_t *bucket_table, *spoken_table;
    size_t bucket_size, spoken_size;
} Sketches;

/* What the rooms of Python lay down: `trace.sketched`. */
typedef struct {
    PyObject *given; /* owned: what all others are parts of */
    PyObject *is_internal, *internal, *folder, *folders, *ends, *proven;
    Py_ssize_t most; /* characters of a reason */
    long long most_late; /* microseconds by which what is said of a message may come before its arrival */
    long long before, after; /* by which a delivery may come before the arrival it led to, and after it */
    PyObject *nothing;       /* owned: the empty text */
} Rules;

typedef struct {
    PyObject_HEAD
    PyTypeObject *fact_type;
    PyObject *wanted, *keyed, *find, *tidy;
    PyObject *names[4], *numbers[4]; /* of hosts, programs, kinds, sources: list, and dict to the place in it */
    Array ts, pid, column[4], raw_end, raw, row, counts, foreign, loaded;
    PyObject *facts, *losses;
    int foreign_kind, loss_kind;
    Py_ssize_t rows;
    long long low, high, last;
    Head *heads;
    uint16_t *head_places; /* numbers of heads, less one; 0 is empty */
    int head_count;
    PyObject **keys; /* the last one for each remainder of its hash */
    uint64_t *seen; /* a row's number, less one, below half of its text's hash; 0: none */
    size_t seen_size;
    int sketching; /* whether records may be kept without objects */
    Sketches sketches;
    Rules rules;
} Columns;

enum { HOST, PROGRAM, KIND, SOURCE };

extern PyTypeObject ColumnsType;
/* The number of a name among the hosts, programs, kinds or sources; -1 with an exception set. */
int number_of(Columns *self, int which, PyObject *name);
/* Append a row; 1 when it was one, 0 for a double, -1 with an exception set. */
int add_row(Columns *self, int64_t ts, int host, int program, uint32_t pid, int kind, int source, const char *raw,
            size_t size, uint64_t hash);
/* The hash of a row's text; where it is looked for is fetched into the processor's cache meanwhile. */
static inline uint64_t row_hash(const Columns *self, const char *raw, size_t size)
{
    uint64_t hash = hashed(raw, size);
#ifdef __GNUC__
    if (self->seen_size)
        __builtin_prefetch(&self->seen[hash >> 32 & (self->seen_size - 1)]);
#endif
    return hash;
}
/* Keep a fact for correlation, as the fact of the last row. Takes over `fact`. */
int keep(Columns *self, PyObject *fact);
void forget_heads(Columns *self);
PyObject *columns_bsd(Columns *self, PyObject *arguments);
PyObject *columns_iso(Columns *self, PyObject *arguments);
extern const char bsd_doc[], iso_doc[];

/* Whether a record is filed, and speaks of others, as it is known here. */
int is_usual(int role, const Said *said);
/* Keep the record of the last row, which its shape says all of. */
int sketch(Columns *self, const Shape *shape, const Said *said, PyObject *known, PyObject *origin, const char *line,
           const char *message);
void sketches_free(Sketches *all);
/* The bucket of a key, NULL when there is none; who speaks of a Message-ID. */
Bucket *bucket_of(Columns *self, const char *key, size_t size, int session);
Spoken *spoken_of(Columns *self, const char *text, size_t size);
Bucket *bucket_at(Columns *self, int32_t number);
Delivery *delivery_at(const Columns *self, int32_t number);
Stored *stored_at(const Columns *self, int32_t number);
/* The number of the bucket of a key that stands in the text; -1 with an exception set. */
int32_t take_bucket(Columns *self, Slice key, int session);
/* Note that a record filed under one key speaks of another; that one speaks of a Message-ID. */
int speak(Columns *self, int32_t number, Slice key, int session);
int speak_of(Columns *self, Slice text);
/* A Message-ID without its angle brackets: `trace.learning.bare_id`. */
Slice bare(const Columns *self, Slice id);
const char *text_of(const Columns *self, Slice slice);
PyObject *slice_text(const Columns *self, Slice slice);
int same_slices(const Columns *self, Slice one, Slice other);
/* Make the facts of all records that are in no row, among the others in their order. Of those in a row that somebody
   handed in who logged in, auditing wants some, too: into lists of facts and keys. */
int make_facts(Columns *self, PyObject *apart, PyObject *keys);
PyObject *key_text(const Columns *self, const Bucket *bucket);
/* The fact that a record is: lines.c. */
PyObject *fact_of(Columns *self, const Sketch *sketch);
/* Append the key of a record that is in a row. */
int put_sketched_key(const Columns *self, const Sketch *sketch, Array *out);
PyObject *columns_plain(Columns *self, PyObject *arguments);
extern const char plain_doc[];

/* -- parts.c: the parts of a row, however it is kept ------------------------------------------------------------------ */

#define ROW 31 /* parts of `store.rows.Row` */
enum {
    RECEIVED, TRACE_ID, LEAF, FROM, TO, TO_FIRST, SUBJECT, ROW_STATUS, DETAIL, OUTCOME, DIRECTION, FROM_IP, FROM_HOST,
    TO_IP, TO_HOST, ROW_SIZE, ROW_ID, SASL_USER, IN_FOLDER, REASON, ROW_DSN, VERDICT, ATTEMPTS, LAST_SEEN, HOSTS,
    QUEUE_IDS, ROW_KEYS, PARENT, RELATION, GRADE, REMARK
};

typedef struct {
    const char *data;
    Py_ssize_t size;
    PyObject *object; /* borrowed: text that is not ASCII, instead of the data */
} Piece;

enum { A_NUMBER, A_TEXT, NOTHING, A_LIST };

typedef struct {
    int kind;
    long long number;
    PyObject *large; /* borrowed: a number of more than 64 bits, whose sign `number` is */
    Piece text;
    int first, count; /* of a list, among the pieces */
} Part;

typedef struct {
    int count;
    Part part[ROW];
    Array pieces; /* of all lists */
    Array words;  /* texts that are put together for one row */
} Parts;

Piece piece_of(PyObject *text);
void set_number(Parts *parts, int place, long long number);
void set_piece(Parts *parts, int place, Piece piece);
void set_text(Parts *parts, int place, PyObject *text);
void set_nothing(Parts *parts, int place);
void start_list(Parts *parts, int place);
int put_piece(Parts *parts, int place, Piece piece); /* append to a list */
const Piece *list_of(const Parts *parts, const Part *part);
/* Take the parts of a tuple of str, int, None and tuples of str; -1 with an exception set. */
int take_tuple(Parts *parts, PyObject *row);
void parts_free(Parts *parts);

/* -- plain.c, ways.c, journeys.c, refusals.c, blake2b.c: rows of what is told at sight -------------------------------- */

/* One recipient's way: the delivery that the first leg made, the last one, and what the mailbox server kept. That of an
   alias, in whose place others were put, ends with the first leg, and nothing was delivered. */
typedef struct {
    const Delivery *first, *last; /* of an alias: one that names it, and NULL */
    const Stored *stored; /* NULL: nothing is known of that */
    int legs;             /* 1: it ended with the first leg; 2: with the second one */
} Way;

/* A journey of one or two legs (the one twice, if it is one), with the sessions of its deliveries. */
typedef struct {
    Bucket *leg[2], *sessions[2 * NEAR];
    int legs, session_count, count;
    int aliased;        /* an alias stood for all recipients */
    Way ways[WAYS + 1]; /* in the order of their rows, that of the alias first */
} Journey;

/* A row that was told: of a recipient of a journey, or of a refusal. */
typedef struct {
    int64_t received;
    char id[33];
    uint32_t leaf;
    int32_t refusal; /* its number; -1: it is of a journey */
    const Bucket *leg[2];
    int legs;
    Way way;
} ToldRow;

/* The journey that begins with a leg, if it is plain: 1, 0, -1 with an exception set. */
int journey_of(Columns *self, const Rules *rules, Bucket *root, Journey *journey);
/* Tell the rows of a plain journey; of all refusals, but those that are for the usual way. */
int tell_rows(Columns *self, const Journey *journey);
int tell_refusals(Columns *self, const Rules *rules, const char *route);
int32_t told_count(const Columns *self);
/* Take the parts of a row that was told; -1 with an exception set. */
int take_told(Columns *self, int32_t number, Parts *parts);
int take_journey(Columns *self, const ToldRow *row, Parts *parts);
int take_refusal(Columns *self, const ToldRow *row, Parts *parts);
/* The text of a part of the window; that of nothing where there is none. */
Piece piece_at(const Columns *self, Slice slice);
/* Nothing but a place that is kept for a key that others speak of. */
int is_empty(const Bucket *bucket);
/* How a recipient was addressed first. */
Slice original_of(const Delivery *delivery);
/* Whether the address of this name that an arrival speaks of is one of our own machines. */
int comes_from_us(const Rules *rules, const Bucket *leg, int name);
/* A text of merged fields, borrowed; that of nothing when it is not there. NULL with an exception set. */
PyObject *merged_text(PyObject *const *merged, int count, int name, PyObject *nothing);
/* Whether an address is one of our own machines: 1, 0, -1 with an exception set. */
int is_internal(const Rules *rules, PyObject *ip);
/* A field of merged ones, borrowed; NULL when it is not there, then maybe with an exception set. */
enum { CLIENT_IP, CLIENT_NAME, ORIG_CLIENT_IP, ORIG_CLIENT_NAME, RELAY, RELAY_IP, RELAY_HOST, HEADER };
PyObject *merged_field(PyObject *const *merged, int count, int name);
int load_names(void);
/* Whether merged fields have these names only. */
int only_names(PyObject *const *merged, int count, const char *const *names);
/* `blake2b(text, digest_size=size).hexdigest()` */
void blake2b_hex(const char *text, size_t length, int size, char *out);

/* -- bodies.c, rows.c, names.c, memory.c --------------------------------------------------------------------------------- */

/* A row as a JSON array; blank: bits of the places that are left empty. */
int put_body(Array *out, const Parts *row, unsigned long long blank);
PyObject *rows_as_columns(PyObject *module, PyObject *arguments);
PyObject *names_known(PyObject *module, PyObject *arguments);
PyObject *names_mark(PyObject *module, PyObject *arguments);
PyObject *keep_memory(PyObject *module, PyObject *ignored);
extern const char rows_doc[], names_known_doc[], names_mark_doc[], memory_doc[];

#endif
