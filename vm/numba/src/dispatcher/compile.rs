//! Making entries: options, choice of a declared signature, compilation,
//! object mode.

use super::CpuDispatcher;
use super::bind::Bound;
use super::entry::Entry;
use crate::argument::{Accept, Slots, names_of_types};
use crate::{python_layer, raise, result, types};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyDict, vm::thread::allow_threads,
};
use std::sync::Arc;
use taipan_jit::error::CompileError;
use taipan_jit::hir::types::Type;
use taipan_jit::typing::conversion;
use taipan_jit::hir::value::{CompileOptions, ErrorModel, JitFunction};
use taipan_jit::lir::FastMath;
use taipan_jit::specialisation::Specialisation;

/// The options of a dispatcher, read when it first compiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Errors of compilation are raised, never answered by object mode.
    pub nopython: bool,
    /// Always object mode.
    pub forceobj: bool,
}

/// A compiled signature.
#[derive(Debug)]
pub struct Declared {
    /// Parameter types as given, without those left to defaults.
    pub params: Vec<Type>,
    /// Type objects of the whole signature as users see it.
    pub shown: Vec<PyObjectRef>,
    /// Return type object.
    pub returns: PyObjectRef,
    /// The code; `None` = object mode.
    pub code: Option<Arc<Specialisation>>,
    /// Was the return type given?
    pub explicit: bool,
}

fn read_options(given: &PyObjectRef, vm: &VirtualMachine) -> PyResult<(Settings, CompileOptions)> {
    let parse = python_layer::attribute("numba.core.options", "parse", vm)?;
    let parsed = parse.call((given.clone(),), vm)?;
    let Some(parsed) = parsed.downcast_ref::<PyDict>() else {
        return Err(vm.new_type_error("options must be a dict"));
    };
    let get = |name: &str| parsed.get_item_opt(name, vm).map(|v| v.filter(|v| !vm.is_none(v)));
    let flag = |name: &str, default: bool| -> PyResult<bool> {
        get(name)?.map_or(Ok(default), |v| v.try_to_bool(vm))
    };
    let number = |name: &str| -> PyResult<u8> { get(name)?.map_or(Ok(0), |v| v.try_to_value(vm)) };
    let settings = Settings { nopython: flag("nopython", false)?, forceobj: flag("forceobj", false)? };
    let options = CompileOptions {
        fastmath: FastMath(number("fastmath")?),
        parallel: flag("parallel", false)?,
        error_model: if number("error_model")? == 1 { ErrorModel::Numpy } else { ErrorModel::Python },
        boundscheck: flag("boundscheck", true)?,
        nogil: flag("nogil", false)?,
        debug: flag("debug", false)?,
    };
    Ok((settings, options))
}

impl CpuDispatcher {
    /// The options, read on first use so that wrong ones are reported where
    /// Numba reports them: at the first compilation.
    pub fn settings(&self, vm: &VirtualMachine) -> PyResult<Settings> {
        if let Some(settings) = self.settings.get() {
            return Ok(*settings);
        }
        let (settings, options) = read_options(&self.target_options, vm)?;
        self.function.set_options(options);
        Ok(*self.settings.get_or_init(|| settings))
    }

    /// The entry for a call that no existing entry accepts.
    pub fn entry_for(&self, bound: &Bound, vm: &VirtualMachine) -> PyResult<Arc<Entry>> {
        let settings = self.settings(vm)?;
        let mut sources = Vec::with_capacity(bound.given.len());
        for (i, arg) in bound.given.iter().enumerate() {
            match types::type_of::type_of(arg, vm) {
                Ok(t) => sources.push(t),
                Err(why) => return Err(self.untyped(i, &why, &bound.given, vm)),
            }
        }
        if self.is_closed() {
            return self.choose(sources, bound, vm);
        }
        let defaults = self.omitted_defaults(bound.omitted, vm);
        let mut shown: Vec<PyObjectRef> = sources.iter().map(types::object_of).collect();
        if self.parameters.star && shown.len() >= self.parameters.names.len() {
            let rest = sources[self.parameters.names.len()..].to_vec();
            shown.truncate(self.parameters.names.len());
            shown.push(types::object_of(&Type::Tuple(rest.into())));
        } else {
            shown.extend(defaults.iter().map(|d| types::omitted(d.clone())));
            if self.parameters.star {
                shown.push(types::object_of(&Type::Tuple([].into())));
            }
        }
        let declared = self.compile_types(&sources, shown, None, settings, vm)?;
        self.entry(&declared, sources, bound.omitted, vm)
    }

    /// Compiles for parameter types (without those left to defaults) and
    /// records the signature.
    fn compile_types(
        &self,
        params: &[Type],
        shown: Vec<PyObjectRef>,
        returns: Option<PyObjectRef>,
        settings: Settings,
        vm: &VirtualMachine,
    ) -> PyResult<Arc<Declared>> {
        if let Some(known) = self.declared().iter().find(|d| d.params == params) {
            return Ok(known.clone());
        }
        let code = if settings.forceobj { None } else { self.specialise(params, returns.as_ref(), settings, vm)? };
        let explicit = returns.is_some();
        let returns = returns.unwrap_or_else(|| types::object_of(code.as_ref().map_or(&Type::Unknown, |c| &c.return_type)));
        let declared = Arc::new(Declared { params: params.to_vec(), shown, returns, code, explicit });
        self.push_declared(declared.clone());
        Ok(declared)
    }

    /// Asks the compiler; `None` = object mode, after a warning.
    fn specialise(
        &self,
        params: &[Type],
        returns: Option<&PyObjectRef>,
        settings: Settings,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Arc<Specialisation>>> {
        let mut flat = params.to_vec();
        let missing = self.parameters.names.len().saturating_sub(flat.len());
        for default in self.omitted_defaults(missing, vm) {
            match types::type_of::type_of(&default, vm) {
                Ok(t) => flat.push(t),
                Err(why) => return self.fall_back(&CompileError::typing(why), settings, vm),
            }
        }
        if self.parameters.unsupported {
            let why = CompileError::unsupported(
                "T0100",
                "**kwargs parameters are not supported in nopython mode",
            );
            return self.fall_back(&why.at(&self.file(), &self.name().into(), self.first_line()), settings, vm);
        }
        crate::interrupt::install();
        let function: Arc<dyn JitFunction> = self.function.clone();
        let types = self.parameters.compiled_types(flat);
        self.function.declare(&types, returns.map(|r| types::compiled(r).cloned().unwrap_or(Type::Unknown)));
        let compiled = allow_threads(vm, || taipan_jit::pipeline::specialise(&function, &types));
        for warning in taipan_jit::pipeline::take_warnings() {
            raise::warn("NumbaPerformanceWarning", &warning, vm)?;
        }
        match compiled {
            Ok(code) if result::can_box(&code.return_type) => Ok(Some(code)),
            Ok(code) => {
                let why = CompileError::typing(format!(
                    "cannot convert native {} to Python object",
                    code.return_type
                ));
                self.fall_back(&why.at(&self.file(), &self.name().into(), self.first_line()), settings, vm)
            }
            Err(why) => self.fall_back(&why, settings, vm),
        }
    }

    fn fall_back(
        &self,
        why: &CompileError,
        settings: Settings,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Arc<Specialisation>>> {
        if settings.nopython {
            return Err(self.compile_error(why, vm));
        }
        raise::warn_fallback(why, self.name(), self.first_line(), vm)?;
        Ok(None)
    }

    fn compile_error(&self, why: &CompileError, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        raise::compile_error(why, self.name(), self.first_line(), vm)
    }

    /// The error (or, in object mode, the entry) for an argument without type.
    fn untyped(
        &self,
        position: usize,
        why: &str,
        args: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> rustpython_vm::builtins::PyBaseExceptionRef {
        if self.is_closed() {
            return match names_of_types(args, vm) {
                Ok(names) => vm.new_type_error(format!("No matching definition for argument type(s) {names}")),
                Err(e) => e,
            };
        }
        let error = CompileError::typing("non-precise type pyobject")
            .note("This error may have been caused by the following argument(s):")
            .note(format!("- argument {position}: {why}"));
        self.compile_error(&error.at(&self.file(), &self.name().into(), self.first_line()), vm)
    }

    /// A closed dispatcher: the declared signature that fits best.
    fn choose(&self, sources: Vec<Type>, bound: &Bound, vm: &VirtualMachine) -> PyResult<Arc<Entry>> {
        let declared = self.declared();
        let mut all = sources.clone();
        for default in self.omitted_defaults(bound.omitted, vm) {
            all.push(types::type_of::type_of(&default, vm).unwrap_or(Type::Unknown));
        }
        let fits = |d: &Declared| {
            let args = if d.params.len() == sources.len() { &sources } else { &all };
            conversion::total(args, &d.params)
        };
        let mut best: Vec<(&Arc<Declared>, [u32; 3])> = Vec::new();
        for d in declared.iter() {
            let Some(total) = fits(d) else { continue };
            match best.first() {
                Some((_, least)) if total > *least => {}
                Some((_, least)) if total == *least => best.push((d, total)),
                _ => best = vec![(d, total)],
            }
        }
        match best[..] {
            [(d, _)] => {
                let d = d.clone();
                drop(best);
                self.entry(&d, sources, bound.omitted, vm)
            }
            [] => Err(vm.new_type_error(format!(
                "No matching definition for argument type(s) {}",
                names_of_types(&bound.given, vm)?
            ))),
            _ => {
                let list: Vec<String> = best.iter().map(|(d, _)| d.text(vm)).collect();
                let names: Vec<String> = sources.iter().map(types::repr_of).collect();
                let tail = if names.len() == 1 { "," } else { "" };
                Err(vm.new_type_error(format!(
                    "Ambiguous overloading for {} ({}{tail}):\n{}",
                    self.function.object.repr(vm)?,
                    names.join(", "),
                    list.join("\n")
                )))
            }
        }
    }

    /// Makes and publishes the entry that takes `sources` to `declared`.
    fn entry(&self, declared: &Declared, sources: Vec<Type>, omitted: usize, vm: &VirtualMachine) -> PyResult<Arc<Entry>> {
        let mut targets = declared.params.clone();
        let kept = self.omitted_defaults(omitted, vm);
        let mut tail = Slots::new();
        let rest = targets.split_off(sources.len().min(targets.len()));
        for (i, default) in kept.iter().enumerate() {
            let source = types::type_of::type_of(default, vm).map_err(|e| vm.new_type_error(e))?;
            let target = rest.get(i).cloned().unwrap_or_else(|| source.clone());
            if !(Accept { source, target }.unbox(default, &mut tail, vm)) {
                return Err(vm.new_type_error("a default value changed its type"));
            }
        }
        let accepts =
            sources.into_iter().zip(targets).map(|(source, target)| Accept { source, target }).collect();
        let entry = Arc::new(Entry {
            accepts,
            tail,
            kept,
            code: declared.code.clone(),
        });
        self.publish(entry.clone());
        Ok(entry)
    }

    /// The objects of the last `n` defaults.
    fn omitted_defaults(&self, n: usize, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        let mut defaults = self.function.default_objects(vm);
        let first = defaults.len().saturating_sub(n);
        defaults.split_off(first)
    }

    /// `Dispatcher.compile(sig)`.
    pub fn compile_signature(&self, signature: PyObjectRef, vm: &VirtualMachine) -> PyResult<Arc<Declared>> {
        let settings = self.settings(vm)?;
        let normalize = python_layer::attribute("numba.core.sigutils", "normalize_signature", vm)?;
        let pair = normalize.call((signature,), vm)?;
        let args: Vec<PyObjectRef> = pair.get_item(&0, vm)?.try_to_value(vm)?;
        let returns = pair.get_item(&1, vm)?;
        let mut params = Vec::with_capacity(args.len());
        for a in &args {
            let Some(t) = types::compiled(a) else {
                let why = CompileError::unsupported("T0102", format!("{} is not supported as an argument type", a.str(vm)?));
                return Err(self.compile_error(&why, vm));
            };
            params.push(t.clone());
        }
        let total = self.parameters.names.len();
        let needed = match self.parameters.has_keyword_only() {
            true => total,
            false => total.saturating_sub(self.function.default_objects(vm).len()),
        };
        if params.len() < needed || (params.len() > total && !self.parameters.star) {
            return Err(vm.new_type_error(format!(
                "Signature mismatch: {} argument types given, but function takes {total} arguments",
                params.len()
            )));
        }
        if self.is_closed() {
            return self
                .declared()
                .iter()
                .find(|d| d.params == params)
                .cloned()
                .ok_or_else(|| vm.new_runtime_error("compilation disabled"));
        }
        let returns = (!vm.is_none(&returns)).then_some(returns);
        self.compile_types(&params, args, returns, settings, vm)
    }
}

impl Declared {
    /// `(int32, float64) -> float64`.
    pub fn text(&self, vm: &VirtualMachine) -> String {
        let args = vm.ctx.new_tuple(self.shown.clone());
        let args = args.as_object().repr(vm).map_or_else(|_| "?".to_owned(), |s| s.to_string());
        let returns = self.returns.str(vm).map_or_else(|_| "?".to_owned(), |s| s.to_string());
        format!("{args} -> {returns}")
    }
}
