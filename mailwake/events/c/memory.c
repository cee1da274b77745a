/* Memory for processes that work on one window after the other: what one window needed, the next will need again.

   Without this, Python's arenas and the C library's heap go back to the system with each window, and every page of them
   is cleared and mapped anew: a fifth of the time. Large pages make the many small objects cheaper to reach, and there
   are fewer of them to map. */

#include "native.h"
#include <stdlib.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define ARENA ((size_t)1 << 20) /* obmalloc's size where there is a radix tree (64 bits) */
#define CHUNK ((size_t)32 << 20)
#define LARGE ((size_t)2 << 20)
#define CHUNKS 2048

static PyObjectArenaAllocator before;
static char *chunks[CHUNKS], *next, *stop;
static int chunk_count;
static void *unused; /* a list: each begins with the address of the next */

static void *arena(void *context, size_t size)
{
    if (size != ARENA)
        return before.alloc(before.ctx, size);
    if (unused) {
        void *found = unused;
        memcpy(&unused, found, sizeof unused);
        return found;
    }
    if (next == stop) {
        if (chunk_count == CHUNKS)
            return before.alloc(before.ctx, size);
        char *made = mmap(NULL, CHUNK + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED)
            return NULL;
        made = (char *)(((uintptr_t)made + LARGE - 1) & ~(uintptr_t)(LARGE - 1));
#ifdef MADV_HUGEPAGE
        madvise(made, CHUNK, MADV_HUGEPAGE); /* if it may not, pages are small */
#endif
        chunks[chunk_count++] = next = made;
        stop = made + CHUNK;
    }
    void *made = next;
    next += ARENA;
    return made;
}

static void release(void *context, void *address, size_t size)
{
    for (int i = 0; size == ARENA && i < chunk_count; i++) {
        if ((char *)address >= chunks[i] && (char *)address < chunks[i] + CHUNK) {
            memcpy(address, &unused, sizeof unused);
            unused = address;
            return;
        }
    }
    before.free(before.ctx, address, size);
}

#ifdef __GLIBC__
#define BLOCK ((size_t)31 << 20) /* the C library takes no larger ones from its heap */
#define BLOCKS 4

/* Let the C library's heap reach so far ahead, in large pages; what is not used stays without memory. */
static void widen_heap(void)
{
    char *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK);
#ifdef MADV_HUGEPAGE
        uintptr_t from = ((uintptr_t)blocks[i] + LARGE - 1) & ~(uintptr_t)(LARGE - 1);
        uintptr_t to = ((uintptr_t)blocks[i] + BLOCK) & ~(uintptr_t)(LARGE - 1);
        if (blocks[i])
            madvise((void *)from, to - from, MADV_HUGEPAGE); /* as above */
#endif
    }
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}
#endif

const char memory_doc[] = "keep_memory()\n\nMemory that becomes free stays with this process, for its next window.";

PyObject *keep_memory(PyObject *module, PyObject *ignored)
{
    if (!before.alloc) {
        PyObjectArenaAllocator ours = {NULL, arena, release};
        PyObject_GetArenaAllocator(&before);
        PyObject_SetArenaAllocator(&ours);
#ifdef __GLIBC__
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        mallopt(M_TOP_PAD, 16 << 20);
        widen_heap();
#endif
    }
    Py_RETURN_NONE;
}
