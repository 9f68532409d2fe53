//! `CPUDispatcher`: what `@jit` puts in the place of a function.
//!
//! A call tries the entries in the order they were made; each checks and
//! unboxes the arguments in one pass without allocation. Only a call that no
//! entry accepts looks at types, compiles, or raises.

pub mod bind;
pub mod compile;
pub mod entry;

use crate::argument::Slots;
use crate::outside::Function;
use crate::{python_layer, raise, types};
use bind::{Bound, Parameters};
use compile::{Declared, Settings};
use entry::Entry;
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBoundMethod, PyType, PyTypeRef},
    class::{PyClassImpl, StaticType},
    function::{FuncArgs, OptionalArg},
    pyclass,
    types::{Callable, Constructor, GetDescriptor, Representable},
};
use std::sync::{Arc, OnceLock, RwLock};
use taipan_jit::hir::value::JitFunction;
use taipan_jit::options::TierMode;

/// Payload of dispatcher objects.
#[pyclass(module = "numba.core.registry", name = "CPUDispatcher")]
#[derive(Debug)]
pub struct CpuDispatcher {
    function: Arc<Function>,
    parameters: Parameters,
    target_options: PyObjectRef,
    locals: PyObjectRef,
    settings: OnceLock<Settings>,
    entries: RwLock<Vec<Arc<Entry>>>,
    declared: RwLock<Vec<Arc<Declared>>>,
}

impl PyPayload for CpuDispatcher {
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

/// Makes the class, with the direct call path that skips argument packing.
pub fn class() -> PyTypeRef {
    let class = CpuDispatcher::make_static_type();
    class.slots().vectorcall.store(Some(vectorcall));
    class
}

/// Entries that a call tries before it looks at types. More signatures than
/// this are found through their types.
const QUICK: usize = 8;

fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    kwnames: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(dispatcher) = zelf.downcast_ref::<CpuDispatcher>() else {
        return Err(vm.new_type_error("not a dispatcher"));
    };
    // Positions of arguments are not those of parameters behind a `*`.
    if nargs == args.len() && !dispatcher.parameters.has_keyword_only() {
        let mut slots = Slots::new();
        if let Some(entry) = dispatcher.accepting(&args, QUICK, &mut slots, vm) {
            return dispatcher.run(&entry, &mut slots, args, vm);
        }
    }
    dispatcher.call_slowly(FuncArgs::from_vectorcall_owned(args, nargs, kwnames), vm)
}

impl CpuDispatcher {
    /// The function as the compiler sees it.
    pub fn function(&self) -> Arc<dyn JitFunction> {
        // A caller may compile it before any call did.
        let function: Arc<dyn JitFunction> = self.function.clone();
        if !self.function.has_options() {
            rustpython_vm::vm::thread::with_current_vm(|vm| {
                // Wrong options are reported by the function's own compilation.
                let _ = self.settings(vm);
            });
        }
        function
    }

    /// The function's number.
    pub fn id(&self) -> u64 {
        self.function.id()
    }

    fn name(&self) -> &str {
        self.function.py_code.code.obj_name.as_str()
    }

    fn file(&self) -> Arc<str> {
        self.function.py_code.source_path().as_str().into()
    }

    fn first_line(&self) -> u32 {
        self.function.py_code.code.first_line_number.map_or(0, |l| l.get() as u32)
    }

    fn is_closed(&self) -> bool {
        self.function.is_closed()
    }

    fn declared(&self) -> Vec<Arc<Declared>> {
        self.declared.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    fn push_declared(&self, d: Arc<Declared>) {
        self.declared.write().unwrap_or_else(|e| e.into_inner()).push(d);
    }

    fn publish(&self, entry: Arc<Entry>) {
        self.entries.write().unwrap_or_else(|e| e.into_inner()).push(entry);
    }

    /// The first entry that takes these arguments, with its slots filled.
    #[inline]
    fn accepting(&self, args: &[PyObjectRef], limit: usize, slots: &mut Slots, vm: &VirtualMachine) -> Option<Arc<Entry>> {
        let entries = self.entries.read().unwrap_or_else(|e| e.into_inner());
        entries.iter().take(limit).find(|e| e.accept(args, slots, vm)).cloned()
    }

    #[inline]
    fn run(&self, entry: &Entry, slots: &mut Slots, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        match &entry.code {
            Some(code) => entry.invoke(code, slots, &args, vm),
            None => self.function.object.call_with_args(args.into(), vm),
        }
    }

    #[cold]
    fn call_slowly(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if taipan_jit::options::get().tier == TierMode::Off {
            return self.function.object.call_with_args(args, vm);
        }
        if self.parameters.unsupported && !self.settings(vm)?.nopython {
            return self.function.object.call_with_args(args, vm);
        }
        let original = args.clone();
        let bound: Bound = self.parameters.bind(args, &self.function.all_defaults(vm), vm)?;
        let mut slots = Slots::new();
        if let Some(entry) = self.accepting(&bound.given, usize::MAX, &mut slots, vm) {
            return self.run_bound(&entry, &mut slots, bound, original, vm);
        }
        let entry = match self.entry_for(&bound, vm) {
            Ok(entry) => entry,
            Err(e) => {
                // An argument without a type is no obstacle in object mode.
                let settings = self.settings(vm)?;
                let typing = python_layer::attribute("numba.core.errors", "TypingError", vm)?;
                if settings.nopython || self.is_closed() || !e.fast_isinstance(typing.downcast_ref::<PyType>().expect("a class")) {
                    return Err(e);
                }
                if !settings.forceobj {
                    raise::warn_untyped(&e, self.name(), &self.file(), self.first_line(), vm)?;
                }
                return self.function.object.call_with_args(original, vm);
            }
        };
        if !entry.accept(&bound.given, &mut slots, vm) {
            return Err(vm.new_type_error(format!(
                "No matching definition for argument type(s) {}",
                crate::argument::names_of_types(&bound.given, vm)?
            )));
        }
        self.run_bound(&entry, &mut slots, bound, original, vm)
    }

    fn run_bound(&self, entry: &Entry, slots: &mut Slots, bound: Bound, original: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match &entry.code {
            Some(code) => entry.invoke(code, slots, &bound.given, vm),
            None => self.function.object.call_with_args(original, vm),
        }
    }
}

impl Constructor for CpuDispatcher {
    type Args = (PyObjectRef, OptionalArg, OptionalArg, OptionalArg);

    fn py_new(_cls: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let (object, options, locals, _cache) = args;
        let function = Function::new(object, vm)?;
        Ok(CpuDispatcher {
            parameters: Parameters::of(&function.py_code),
            function,
            target_options: options.unwrap_or_else(|| vm.ctx.new_dict().into()),
            locals: locals.unwrap_or_else(|| vm.ctx.new_dict().into()),
            settings: OnceLock::new(),
            entries: RwLock::default(),
            declared: RwLock::default(),
        })
    }
}

impl Callable for CpuDispatcher {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if args.kwargs.is_empty() {
            let n = args.args.len();
            return vectorcall(zelf.as_object(), args.args, n, None, vm);
        }
        zelf.call_slowly(args, vm)
    }
}

impl GetDescriptor for CpuDispatcher {
    fn descr_get(zelf: &PyObject, obj: Option<&PyObject>, cls: Option<&PyObject>, vm: &VirtualMachine) -> PyResult {
        let (_zelf, obj) = Self::_unwrap(zelf, obj, vm)?;
        if vm.is_none(obj) && !Self::_cls_is(&cls, obj.class()) {
            return Ok(zelf.to_owned());
        }
        Ok(PyBoundMethod::new(obj.to_owned(), zelf.to_owned()).into_ref(&vm.ctx).into())
    }
}

impl Representable for CpuDispatcher {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("CPUDispatcher({})", zelf.function.object.repr(vm)?))
    }
}

#[pyclass(
    with(Constructor, Callable, GetDescriptor, Representable),
    flags(HAS_DICT, HAS_WEAKREF, METHOD_DESCRIPTOR)
)]
impl CpuDispatcher {
    #[pygetset]
    fn py_func(zelf: &Py<Self>) -> PyObjectRef {
        zelf.function.object.clone()
    }

    #[pygetset]
    fn __wrapped__(zelf: &Py<Self>) -> PyObjectRef {
        zelf.function.object.clone()
    }

    #[pygetset(name = "__name__")]
    fn py_name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__name__", vm)
    }

    #[pygetset]
    fn __qualname__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__qualname__", vm)
    }

    #[pygetset]
    fn __doc__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__doc__", vm)
    }

    #[pygetset]
    fn __module__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__module__", vm)
    }

    #[pygetset]
    fn __code__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__code__", vm)
    }

    #[pygetset]
    fn __defaults__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__defaults__", vm)
    }

    #[pygetset]
    fn __annotations__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.object.get_attr("__annotations__", vm)
    }

    #[pygetset]
    fn __signature__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        python_layer::attribute("inspect", "signature", vm)?.call((zelf.function.object.clone(),), vm)
    }

    #[pygetset]
    fn targetoptions(zelf: &Py<Self>) -> PyObjectRef {
        zelf.target_options.clone()
    }

    #[pygetset]
    fn locals(zelf: &Py<Self>) -> PyObjectRef {
        zelf.locals.clone()
    }

    /// The argument types of every signature compiled so far.
    #[pygetset]
    fn signatures(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let all = zelf.declared();
        let tuples = all.iter().map(|d| vm.ctx.new_tuple(d.shown.clone()).into()).collect();
        vm.ctx.new_list(tuples).into()
    }

    /// Signatures that run compiled code, with their return types.
    #[pygetset]
    fn nopython_signatures(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let all = zelf.declared();
        let list = all.iter().filter(|d| d.code.is_some()).map(|d| d.signature(vm)).collect();
        vm.ctx.new_list(list).into()
    }

    /// What was compiled, by argument types.
    #[pygetset]
    fn overloads(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let make = python_layer::attribute("numba.core.overloads", "overloads", vm)?;
        let rows = zelf
            .declared()
            .iter()
            .map(|d| {
                let types = vm.ctx.new_tuple(d.shown.clone()).into();
                let native = vm.ctx.new_bool(d.code.is_some()).into();
                vm.ctx.new_tuple(vec![types, d.signature(vm), native]).into()
            })
            .collect();
        make.call((vm.ctx.new_list(rows),), vm)
    }

    #[pygetset]
    fn stats(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let make = python_layer::attribute("numba.core.overloads", "stats", vm)?;
        make.call((zelf.as_object().get_attr("signatures", vm)?,), vm)
    }

    /// Compiles one signature.
    #[pymethod]
    fn compile(zelf: &Py<Self>, signature: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.compile_signature(signature, vm).map(|_| ())
    }

    /// The compiled code of one signature, as `overloads` shows it.
    #[pymethod]
    fn get_overload(zelf: &Py<Self>, signature: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let normalize = python_layer::attribute("numba.core.sigutils", "normalize_signature", vm)?;
        let types = normalize.call((signature,), vm)?.get_item(&0, vm)?;
        zelf.as_object().get_attr("overloads", vm)?.get_item(&*types, vm)
    }

    /// Compiles every signature again, with what globals mean now.
    #[pymethod]
    fn recompile(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let old = std::mem::take(&mut *zelf.declared.write().unwrap_or_else(|e| e.into_inner()));
        zelf.entries.write().unwrap_or_else(|e| e.into_inner()).clear();
        zelf.function.renew();
        let closed = zelf.function.close(false);
        let result = old.iter().try_for_each(|d| {
            let args = vm.ctx.new_tuple(d.params.iter().map(types::object_of).collect());
            let signature: PyObjectRef = match d.explicit {
                true => d.returns.call(FuncArgs::from(args.iter().cloned().collect::<Vec<_>>()), vm)?,
                false => args.into(),
            };
            zelf.compile_signature(signature, vm).map(|_| ())
        });
        zelf.function.close(closed);
        result
    }

    /// No more signatures: later calls convert their arguments.
    #[pymethod]
    fn disable_compile(zelf: &Py<Self>, value: OptionalArg<bool>) {
        zelf.function.close(value.unwrap_or(true));
        zelf.entries.write().unwrap_or_else(|e| e.into_inner()).clear();
    }

    /// Accepted: code is kept for the life of the process only.
    #[pymethod]
    fn enable_caching(_zelf: &Py<Self>) {}

    #[pymethod]
    fn is_compiling(_zelf: &Py<Self>) -> bool {
        false
    }

    /// The type compiled code sees for a value.
    #[pymethod]
    fn typeof_pyval(_zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match types::type_of::type_of(&value, vm) {
            Ok(t) => Ok(types::object_of(&t)),
            Err(_) => python_layer::attribute("numba.core.types", "pyobject", vm),
        }
    }

    /// Prints each line of the source with the types of its variables.
    #[pymethod]
    fn inspect_types(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.inspect("inspect_types", args, vm)
    }

    /// LLVM IR by signature, or of one signature.
    #[pymethod]
    fn inspect_llvm(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.inspect("inspect_llvm", args, vm)
    }

    /// Machine code by signature, or of one signature.
    #[pymethod]
    fn inspect_asm(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.inspect("inspect_asm", args, vm)
    }

    /// Pickled as the function and its options.
    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let rebuild = python_layer::attribute("numba.core.overloads", "rebuild", vm)?;
        let module = zelf.function.object.get_attr("__module__", vm)?;
        let qualname = zelf.function.object.get_attr("__qualname__", vm)?;
        let args = vm.ctx.new_tuple(vec![module, qualname]);
        Ok(vm.ctx.new_tuple(vec![rebuild, args.into()]).into())
    }

    #[pymethod]
    fn __copy__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyRef<Self>, _memo: PyObjectRef) -> PyRef<Self> {
        zelf
    }
}

impl Declared {
    fn signature(&self, vm: &VirtualMachine) -> PyObjectRef {
        types::signature::Signature::new(self.returns.clone(), self.shown.clone(), vm).into_pyobject(vm)
    }
}

impl CpuDispatcher {
    /// The text of one form for the signature in `args`, or a dict of all.
    fn inspect(&self, form: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let declared = self.declared();
        let texts = vm.ctx.new_dict();
        for d in &declared {
            let Some(code) = &d.code else { continue };
            let text = crate::inspect::text(form, code, &self.function);
            texts.set_item(vm.ctx.new_tuple(d.shown.clone()).as_object(), vm.ctx.new_str(text).into(), vm)?;
        }
        let present = python_layer::attribute("numba.core.overloads", form, vm)?;
        let mut all = vec![texts.into()];
        all.extend(args.args);
        present.call(FuncArgs { args: all, kwargs: args.kwargs }, vm)
    }
}
