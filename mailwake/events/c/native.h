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
int put(Array *array, const void *item, size_t size);
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
    int op, possessive;
    int a, b, c; /* literal: place, length; run: set, least, most; mark: number; branch: place, count */
    int next;
} Node;

typedef struct {
    int count, start;
    Node *nodes;
    uint8_t *literals;
    uint8_t *sets; /* 256 bytes each */
    int *branches;
} Pattern;

typedef struct {
    const uint8_t *end;
    const uint8_t *marks[MARKS];
} Found;

/* How a field of a fact is made of a group: `events.shape`. */
enum { TEXT, WHOLE, DECIMAL, CONSTANT, MERGED, MAPPED, LISTED };

typedef struct {
    int how, group;
    PyObject *name, *argument, *cache;
} Field;

typedef struct {
    Pattern pattern;
    PyObject *kind, *finish;
    int key_group, field_count, kind_number, wanted;
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

/* -- columns.c, lines.c: facts ------------------------------------------------------------------------------------- */

#define HEADS 20000 /* heads remembered at the most */
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
    int head_count;
    PyObject **keys; /* the last one for each remainder of its hash */
    uint64_t *seen; /* hash of a row's text; 0: none */
    int32_t *seen_row;
    size_t seen_size;
} Columns;

enum { HOST, PROGRAM, KIND, SOURCE };

extern PyTypeObject ColumnsType;
/* The number of a name among the hosts, programs, kinds or sources; -1 with an exception set. */
int number_of(Columns *self, int which, PyObject *name);
/* Append a row; 1 when it was one, 0 for a double, -1 with an exception set. */
int add_row(Columns *self, int64_t ts, int host, int program, uint32_t pid, int kind, int source, const char *raw,
            size_t size);
/* Keep a fact for correlation, as the fact of the last row. Takes over `fact`. */
int keep(Columns *self, PyObject *fact);
void forget_heads(Columns *self);
PyObject *columns_bsd(Columns *self, PyObject *arguments);
PyObject *columns_iso(Columns *self, PyObject *arguments);
extern const char bsd_doc[], iso_doc[];

/* -- bodies.c, rows.c, memory.c -------------------------------------------------------------------------------------------- */

/* A tuple of str, int, None and tuples of these as a JSON array; blank: bits of the places that are left empty. */
int put_body(Array *out, PyObject *row, unsigned long long blank);
PyObject *rows_as_columns(PyObject *module, PyObject *arguments);
PyObject *keep_memory(PyObject *module, PyObject *ignored);
extern const char rows_doc[], memory_doc[];

#endif
