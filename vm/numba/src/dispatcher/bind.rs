//! From the arguments of a call to the parameters of the function.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyCode, function::FuncArgs};
use taipan_jit::hir::types::Type;

/// Parameters of a Python function as far as calls need them.
#[derive(Debug)]
pub struct Parameters {
    /// Parameters: the positional ones, then the keyword-only ones.
    pub names: Vec<String>,
    /// How many of them may be given by position.
    pub positional: usize,
    /// How many of them cannot be given by keyword.
    pub positional_only: usize,
    /// Is there a `*args`?
    pub star: bool,
    /// Has it `**kwargs`, which compiled functions lack?
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

/// What parameters are without an argument.
#[derive(Debug)]
pub struct Defaults {
    /// Of the last positional parameters.
    pub positional: Vec<PyObjectRef>,
    /// Of the keyword-only parameters, one for each.
    pub keyword: Vec<Option<PyObjectRef>>,
}

impl Parameters {
    /// Are there keyword-only parameters?
    pub fn has_keyword_only(&self) -> bool {
        self.names.len() > self.positional
    }

    /// Of a code object.
    pub fn of(code: &PyCode) -> Self {
        use rustpython_vm::bytecode::CodeFlags;
        let positional = code.code.arg_count as usize;
        let n = positional + code.code.kwonlyarg_count as usize;
        Parameters {
            positional,
            names: code.code.varnames[..n].iter().map(|v| v.as_str().to_owned()).collect(),
            positional_only: code.code.posonlyarg_count as usize,
            star: code.code.flags.contains(CodeFlags::VARARGS),
            unsupported: code.code.flags.contains(CodeFlags::VARKEYWORDS),
        }
    }

    /// Puts arguments in order. A parameter without argument before one that
    /// was given by keyword takes its default as an ordinary argument, and so
    /// does every one of a function with keyword-only parameters.
    ///
    /// # Errors
    /// TypeError with Numba's texts.
    pub fn bind(&self, args: FuncArgs, defaults: &Defaults, vm: &VirtualMachine) -> PyResult<Bound> {
        let (total, positional) = (self.names.len(), self.positional);
        let first_default = positional - defaults.positional.len().min(positional);
        let needed = first_default + defaults.keyword.iter().filter(|d| d.is_none()).count();
        let got = args.args.len();
        if got + args.kwargs.len() < needed {
            let at_least = if self.star || needed < total { "at least " } else { "" };
            return Err(vm.new_type_error(format!(
                "not enough arguments: expected {at_least}{needed}, got {}",
                got + args.kwargs.len()
            )));
        }
        if got > positional && !self.star {
            return Err(vm.new_type_error(format!("too many arguments: expected {positional}, got {got}")));
        }
        let mut given: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
        let rest = given.split_off(positional.min(got));
        given.resize(total, None);
        let mut kwargs = args.kwargs;
        for (i, name) in self.names.iter().enumerate().skip(self.positional_only) {
            if given[i].is_none() {
                given[i] = kwargs.swap_remove(name.as_str());
            }
        }
        let last = match given.iter().rposition(Option::is_some) {
            _ if total > positional => total,
            Some(i) => i + 1,
            None => 0,
        };
        for (i, slot) in given.iter_mut().enumerate() {
            if slot.is_some() {
                continue;
            }
            let default = match i.checked_sub(positional) {
                Some(k) => defaults.keyword.get(k).and_then(Option::as_ref),
                None => i.checked_sub(first_default).and_then(|d| defaults.positional.get(d)),
            };
            match default {
                None => return Err(vm.new_type_error(format!("missing argument '{}'", self.names[i]))),
                Some(default) if i < last => *slot = Some(default.clone()),
                Some(_) => {}
            }
        }
        if !kwargs.is_empty() {
            if got + kwargs.len() > total && !self.star {
                let got = got + kwargs.len();
                return Err(vm.new_type_error(format!("too many arguments: expected {total}, got {got}")));
            }
            return Err(vm.new_type_error("some keyword arguments unexpected"));
        }
        given.truncate(last);
        let omitted = total - last;
        given.extend(rest);
        Ok(Bound { omitted, given: given.into_iter().flatten().collect() })
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
