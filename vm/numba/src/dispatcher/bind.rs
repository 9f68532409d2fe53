//! From the arguments of a call to the parameters of the function.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyCode, function::FuncArgs};
use taipan_jit::hir::types::Type;

/// Parameters of a Python function as far as calls need them.
#[derive(Debug)]
pub struct Parameters {
    /// Positional parameters.
    pub names: Vec<String>,
    /// How many of them cannot be given by keyword.
    pub positional_only: usize,
    /// Is there a `*args`?
    pub star: bool,
    /// Keyword-only parameters or `**kwargs`, which compiled functions lack.
    pub unsupported: bool,
}

/// Arguments in parameter order.
#[derive(Debug)]
pub struct Bound {
    /// Values of the leading parameters, then the items of `*args`.
    pub given: Vec<PyObjectRef>,
    /// How many trailing parameters are left to their defaults.
    pub omitted: usize,
}

impl Parameters {
    /// Of a code object.
    pub fn of(code: &PyCode) -> Self {
        use rustpython_vm::bytecode::CodeFlags;
        let n = code.code.arg_count as usize;
        Parameters {
            names: code.code.varnames[..n].iter().map(|v| v.as_str().to_owned()).collect(),
            positional_only: code.code.posonlyarg_count as usize,
            star: code.code.flags.contains(CodeFlags::VARARGS),
            unsupported: code.code.kwonlyarg_count > 0 || code.code.flags.contains(CodeFlags::VARKEYWORDS),
        }
    }

    /// Puts arguments in order. A parameter without argument before one that
    /// was given by keyword takes its default as an ordinary argument.
    ///
    /// # Errors
    /// TypeError with Numba's texts.
    pub fn bind(&self, args: FuncArgs, defaults: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Bound> {
        let total = self.names.len();
        let needed = total - defaults.len().min(total);
        let got = args.args.len();
        if got + args.kwargs.len() < needed {
            let at_least = if self.star || needed < total { "at least " } else { "" };
            return Err(vm.new_type_error(format!(
                "not enough arguments: expected {at_least}{needed}, got {}",
                got + args.kwargs.len()
            )));
        }
        if got > total && !self.star {
            return Err(vm.new_type_error(format!("too many arguments: expected {total}, got {got}")));
        }
        let mut given: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
        if given.len() < total {
            given.resize(total, None);
        }
        let mut kwargs = args.kwargs;
        for (i, name) in self.names.iter().enumerate().skip(self.positional_only) {
            if given[i].is_none() {
                given[i] = kwargs.swap_remove(name.as_str());
            }
        }
        let last = given.iter().rposition(Option::is_some).map_or(0, |i| i + 1);
        for (i, slot) in given.iter_mut().enumerate().take(total) {
            if slot.is_some() {
                continue;
            }
            if i < needed {
                return Err(vm.new_type_error(format!("missing argument '{}'", self.names[i])));
            }
            if i < last {
                *slot = Some(defaults[i - needed].clone());
            }
        }
        if !kwargs.is_empty() {
            return Err(vm.new_type_error("some keyword arguments unexpected"));
        }
        given.truncate(last.max(got));
        Ok(Bound { omitted: total.saturating_sub(given.len()), given: given.into_iter().flatten().collect() })
    }

    /// The argument types of compiled code: one for each parameter, and a
    /// tuple for `*args`.
    pub fn compiled_types(&self, mut flat: Vec<Type>) -> Vec<Type> {
        if self.star {
            let rest = flat.split_off(self.names.len().min(flat.len()));
            flat.push(Type::Tuple(rest.into()));
        }
        flat
    }
}
