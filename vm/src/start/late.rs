//! Modules that the interpreter imports at its own start, and hardly a program
//! needs: they are left empty then, taken out of `sys.modules` again, and run
//! when the program imports them.
//!
//! `_ast` makes a class for each kind of node of a syntax tree; `zipimport` is
//! there for archives on `sys.path`. Who needs them without an import gets them
//! from here: [`compile`] for trees, [`zipimporter`] for archives.

use std::{
    fs,
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use rustpython_vm::{
    Context, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyModuleDef, PyModuleSlots, PyStr},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    import::make_frozen,
    scope::Scope,
    stdlib,
};

use super::native;

/// Flag of `compile` that asks for a tree.
const ONLY_AST: i32 = 0x400;

/// Whether the interpreter's own start is over.
static STARTED: AtomicBool = AtomicBool::new(false);
static AST: OnceLock<&'static PyModuleDef> = OnceLock::new();
static COMPILE: OnceLock<PyObjectRef> = OnceLock::new();

static COMPILE_WITH_TREES: PyMethodDef =
    PyMethodDef::new_const("compile", compile, PyMethodFlags::EMPTY, ItemDoc::NONE);
static ZIPIMPORTER: PyMethodDef =
    PyMethodDef::new_const("zipimporter", zipimporter, PyMethodFlags::EMPTY, ItemDoc::NONE);

/// The definitions that take the place of the interpreter's.
pub fn module_defs(ctx: &Context) -> Vec<&'static PyModuleDef> {
    let mut defs = vec![definition(ctx, "zipimport", None, run_zipimport)];
    let ast = stdlib::builtin_module_defs(ctx).into_iter().find(|def| def.name.as_str() == "_ast");
    if let Some(ast) = ast {
        let _ = AST.set(ast);
        defs.push(definition(ctx, "_ast", Some(ast), run_ast));
    }
    defs
}

fn definition(
    ctx: &Context,
    name: &'static str,
    like: Option<&'static PyModuleDef>,
    exec: fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>,
) -> &'static PyModuleDef {
    // Modules refer to their definition for ever.
    Box::leak(Box::new(PyModuleDef {
        name: ctx.intern_str(name),
        doc: like.and_then(|like| like.doc),
        methods: like.map_or(&[], |like| like.methods),
        slots: PyModuleSlots { create: like.and_then(|like| like.slots.create), exec: Some(exec) },
    }))
}

/// Ends the start: from now on the modules are what they should be.
///
/// # Errors
/// If the interpreter is not as expected.
pub fn finish_start(vm: &VirtualMachine) -> PyResult<()> {
    STARTED.store(true, Ordering::Release);
    let modules = vm.sys_module.get_attr("modules", vm)?;
    for name in ["_ast", "zipimport"] {
        modules.del_item(name, vm)?;
    }
    let original = native::replace(vm, &vm.builtins, &COMPILE_WITH_TREES)?;
    let _ = COMPILE.set(original);
    Ok(())
}

fn run_ast(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    match AST.get() {
        Some(ast) if STARTED.load(Ordering::Acquire) => ast.exec_module(vm, module),
        _ => Ok(()),
    }
}

fn run_zipimport(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if STARTED.load(Ordering::Acquire) {
        let code = make_frozen(vm, "zipimport")?;
        let scope = Scope::with_builtins(None, module.dict(), vm);
        return vm.run_code_obj(code, scope).map(drop);
    }
    module.set_attr(ZIPIMPORTER.name, ZIPIMPORTER.build_function(&vm.ctx), vm)
}

/// `compile`, with the classes of the nodes made if a tree is asked for.
fn compile(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let flags = args.args.get(3).or_else(|| args.kwargs.get("flags"));
    if let Some(flags) = flags
        && flags.clone().try_into_value::<i32>(vm).is_ok_and(|flags| flags & ONLY_AST != 0)
    {
        vm.import("_ast", 0)?;
    }
    COMPILE.get().ok_or_else(|| vm.new_runtime_error("compile is gone"))?.call(args, vm)
}

/// The entry of `sys.path_hooks` for archives: `zipimport.zipimporter`, asked
/// only about paths that lead to or into a file.
fn zipimporter(path: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(text) = path.downcast_ref::<PyStr>()
        && !Path::new(text.to_string_lossy().as_ref()).ancestors().any(is_file)
    {
        let message = format!("not a Zip file: {}", path.repr(vm)?);
        return Err(vm.new_import_error(message, text.to_owned()));
    }
    let class = vm.import("zipimport", 0)?.get_attr("zipimporter", vm)?;
    class.call((path,), vm)
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}
