//! A Python function as the compiler sees it: its bytecode, its options and
//! what its names mean.

pub mod constant;
pub mod exceptions;
pub mod identity;

use crate::dispatcher::bind::Defaults;
use constant::constant;
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyDict, PyStr, PyTuple},
    vm::thread::{attach_for_callback, with_current_vm},
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock, Weak};
use taipan_jit::bytecode::Code;
use taipan_jit::error::CompileError;
use taipan_jit::hir::types::Type;
use taipan_jit::hir::value::{CompileOptions, ConstValue, Global, JitFunction, Outside};
use taipan_jit::typing::conversion::total;

/// Runs `f` with the interpreter. Compiling happens detached from it, so that a
/// thread waiting for the compiler does not stop the world.
fn python<R>(f: impl FnOnce(&VirtualMachine) -> R) -> R {
    with_current_vm(|vm| attach_for_callback(vm, || f(vm)))
}

/// A Python function with a decorator.
pub struct Function {
    id: AtomicU64,
    name: String,
    /// The function object.
    pub object: PyObjectRef,
    /// Its code object.
    pub py_code: PyRef<PyCode>,
    code: OnceLock<Arc<Code>>,
    names: Arc<Names>,
    options: OnceLock<CompileOptions>,
    /// Signatures that were asked for: parameter types, and the return type
    /// where it was given.
    signatures: RwLock<Vec<(Vec<Type>, Option<Type>)>>,
    /// Are there no others?
    closed: AtomicBool,
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({})", self.name)
    }
}

/// Where a function looks its names up.
struct Names {
    globals: PyObjectRef,
    /// The function object, for its closure.
    function: PyObjectRef,
    free: Vec<String>,
    /// The function itself and its name, which is not bound to it before the
    /// decorator that compiles signatures returns.
    own: (String, Weak<Function>),
}

impl Names {
    fn itself(&self, name: &str) -> Option<ConstValue> {
        let own = self.own.1.upgrade().filter(|_| self.own.0 == name)?;
        Some(ConstValue::Global(Arc::new(Global::Function(own))))
    }
}

impl Function {
    /// Reads what is fixed about `object`, a Python function.
    pub fn new(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<Arc<Self>> {
        let code = object.get_attr("__code__", vm)?;
        let py_code = code.downcast::<PyCode>().map_err(|_| vm.new_type_error("the function has no bytecode"))?;
        let globals = object.get_attr("__globals__", vm)?;
        let names = |own: &Weak<Function>| Names {
            globals,
            function: object.clone(),
            free: py_code.code.freevars.iter().map(|n| n.as_str().to_owned()).collect(),
            own: (py_code.code.obj_name.as_str().to_owned(), own.clone()),
        };
        Ok(Arc::new_cyclic(|own| Function {
            id: AtomicU64::new(next_id()),
            name: py_code.code.qualname.as_str().to_owned(),
            object: object.clone(),
            py_code: py_code.clone(),
            code: OnceLock::new(),
            names: Arc::new(names(own)),
            options: OnceLock::new(),
            signatures: RwLock::default(),
            closed: AtomicBool::new(false),
        }))
    }

    /// Makes this another function to the compiler, which forgets what it
    /// compiled.
    pub fn renew(&self) {
        self.id.store(next_id(), Ordering::Relaxed);
        self.signatures.write().unwrap_or_else(|e| e.into_inner()).clear();
    }

    /// Sets the options once they have been read.
    pub fn set_options(&self, options: CompileOptions) {
        let _ = self.options.set(options);
    }

    /// Declares a signature; its results become `returns`.
    pub fn declare(&self, params: &[Type], returns: Option<Type>) {
        self.signatures.write().unwrap_or_else(|e| e.into_inner()).push((params.to_vec(), returns));
    }

    /// Allows declared signatures only, or any; gives what was before.
    pub fn close(&self, closed: bool) -> bool {
        self.closed.swap(closed, Ordering::AcqRel)
    }

    /// Are only declared signatures allowed?
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Are the options known?
    pub fn has_options(&self) -> bool {
        self.options.get().is_some()
    }

    /// Values of the defaults, in order; empty without.
    pub fn default_objects(&self, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        let defaults = self.object.get_attr("__defaults__", vm).ok();
        match defaults.as_ref().and_then(|d| d.downcast_ref::<PyTuple>()) {
            Some(t) => t.iter().cloned().collect(),
            None => Vec::new(),
        }
    }
}

impl Function {
    /// What its parameters are without an argument.
    pub fn all_defaults(&self, vm: &VirtualMachine) -> Defaults {
        Defaults { positional: self.default_objects(vm), keyword: self.keyword_default_objects(vm) }
    }

    /// Values of the defaults of the keyword-only parameters, one for each.
    pub fn keyword_default_objects(&self, vm: &VirtualMachine) -> Vec<Option<PyObjectRef>> {
        let code = &self.py_code.code;
        let first = code.arg_count as usize;
        let names = &code.varnames[first..first + code.kwonlyarg_count as usize];
        let defaults = self.object.get_attr("__kwdefaults__", vm).ok();
        let defaults = defaults.as_ref().and_then(|d| d.downcast_ref::<PyDict>());
        names.iter().map(|n| defaults.and_then(|d| d.get_item_opt(n.as_str(), vm).ok().flatten())).collect()
    }
}

impl JitFunction for Function {
    fn accepted(&self, args: &[Type]) -> Result<Vec<Type>, CompileError> {
        let signatures = self.signatures.read().unwrap_or_else(|e| e.into_inner());
        if !self.is_closed() || signatures.iter().any(|s| s.0 == args) {
            return Ok(args.to_vec());
        }
        let fitting = signatures.iter().filter_map(|s| Some((total(args, &s.0)?, &s.0)));
        if let Some((_, params)) = fitting.min_by_key(|(total, _)| *total) {
            return Ok(params.clone());
        }
        let list = |types: &[Type]| types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
        let mut error = CompileError::typing(format!("No matching definition of {}() for argument type(s) {}", self.name, list(args)));
        for (params, _) in signatures.iter() {
            error = error.note(format!("It is declared for ({}).", list(params)));
        }
        Err(error)
    }

    fn declared_return(&self, params: &[Type]) -> Option<Type> {
        let signatures = self.signatures.read().unwrap_or_else(|e| e.into_inner());
        signatures.iter().rev().find(|s| s.0 == params).and_then(|s| s.1.clone())
    }

    fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn code(&self) -> Arc<Code> {
        self.code
            .get_or_init(|| python(|vm| constant::decode(&self.py_code, vm)))
            .clone()
    }

    fn defaults(&self) -> Vec<ConstValue> {
        python(|vm| self.default_objects(vm).iter().map(|d| constant(d, vm)).collect())
    }

    fn keyword_defaults(&self) -> Vec<Option<ConstValue>> {
        python(|vm| self.keyword_default_objects(vm).iter().map(|d| d.as_ref().map(|d| constant(d, vm))).collect())
    }

    fn outside(&self) -> Arc<dyn Outside> {
        self.names.clone()
    }

    fn options(&self) -> CompileOptions {
        self.options.get().copied().unwrap_or_default()
    }
}

impl Outside for Names {
    fn global(&self, name: &str) -> Option<ConstValue> {
        python(|vm| {
            let globals = self.globals.downcast_ref::<PyDict>()?;
            if let Ok(Some(value)) = globals.get_item_opt(name, vm) {
                return Some(constant(&value, vm));
            }
            // The builtins a frame of this function would see.
            let builtins = globals.get_item_opt("__builtins__", vm).ok().flatten();
            let value = match builtins {
                Some(b) => match b.downcast_ref::<PyDict>() {
                    Some(d) => d.get_item_opt(name, vm).ok().flatten(),
                    None => vm.get_attribute_opt(&b, vm.ctx.intern_str(name)).ok().flatten(),
                },
                None => vm.get_attribute_opt(vm.builtins.as_object(), vm.ctx.intern_str(name)).ok().flatten(),
            };
            value.map(|v| constant(&v, vm))
        })
        .or_else(|| self.itself(name))
    }

    fn free_variable(&self, name: &str) -> Option<ConstValue> {
        python(|vm| {
            let at = self.free.iter().position(|n| n == name)?;
            let closure = self.function.get_attr("__closure__", vm).ok()?;
            let cell = closure.get_item(&at, vm).ok()?;
            // An empty cell raises: the variable is not bound yet.
            let value = cell.get_attr("cell_contents", vm).ok()?;
            Some(constant(&value, vm))
        })
        .or_else(|| self.itself(name))
    }

    fn attribute(&self, object: &Global, name: &str) -> Option<ConstValue> {
        python(|vm| {
            let object = identity::object_of(object, vm)?;
            let value = vm.get_attribute_opt(&object, vm.ctx.intern_str(name)).ok()??;
            Some(constant(&value, vm))
        })
    }
}

/// The text of a str object, if it is one and is valid UTF-8.
pub fn text_of(obj: &rustpython_vm::PyObject) -> Option<&str> {
    obj.downcast_ref::<PyStr>().and_then(|s| s.to_str())
}
