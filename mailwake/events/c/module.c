/* The module `mailwake.events._native`: generic work over blocks of bytes; what a product's lines mean is not said here. */

#include "native.h"

static PyMethodDef functions[] = {
    {"rows", rows_as_columns, METH_VARARGS, rows_doc},
    {"known", names_known, METH_VARARGS, names_known_doc},
    {"mark", names_mark, METH_VARARGS, names_mark_doc},
    {"keep_memory", keep_memory, METH_NOARGS, memory_doc},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", "Work over blocks of bytes.", -1, functions,
                                        NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void)
{
    if (PyType_Ready(&BufferType) || PyType_Ready(&ColumnsType) || load_names())
        return NULL;
    PyObject *made = PyModule_Create(&definition);
    if (made && PyModule_AddObjectRef(made, "Columns", (PyObject *)&ColumnsType)) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
