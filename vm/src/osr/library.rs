//! Names of library objects that the compiler knows, by canonical path, and
//! the way back from a path to the object.

use std::sync::Arc;

use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, VirtualMachine,
    builtins::{PyDict, PyFloat, PyModule, PyStr, PyStrInterned},
};
use taipan_jit::typing::ordinary::float_constant;
use taipan_numpy::interop::ufunc_name;

/// Modules whose members compiled ordinary code may use.
const MODULES: &[&str] = &["builtins", "math", "numpy"];

fn module(name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules.get_item(name, vm).ok()
}

fn text(object: PyObjectRef) -> Option<String> {
    Some(object.downcast_ref::<PyStr>()?.to_str()?.to_owned())
}

/// The canonical path of `object` if it is a library object: `builtins.range`,
/// `math`, `math.sqrt`.
pub fn path_of(object: &PyObject, vm: &VirtualMachine) -> Option<Arc<str>> {
    let types = &vm.ctx.types;
    let class = object.class();
    if let Some(name) = ufunc_name(object) {
        return found_at(format!("numpy.{name}"), object, vm);
    }
    let known = [types.type_type, types.module_type, types.builtin_function_or_method_type];
    // Asking others for attributes could run code of the program.
    if !known.iter().any(|known| class.is(*known)) {
        return None;
    }
    let name = text(object.get_attr("__name__", vm).ok()?)?;
    if object.downcast_ref::<PyModule>().is_some() {
        return MODULES.contains(&&*name).then(|| name.into());
    }
    let owner = text(object.get_attr("__module__", vm).ok()?)?;
    if !MODULES.contains(&&*owner) {
        return None;
    }
    found_at(format!("{owner}.{name}"), object, vm)
}

/// Anything may call itself so: it must also be what is found there.
fn found_at(path: String, object: &PyObject, vm: &VirtualMachine) -> Option<Arc<str>> {
    object_at(&path, vm).filter(|found| found.is(object)).map(|_| path.into())
}

/// A member of a module that compiled code takes to be the library's own.
pub struct Member {
    module: PyRef<PyDict>,
    name: &'static PyStrInterned,
    object: PyObjectRef,
}

impl Member {
    /// The member at `path`; `None` if the program put something else there.
    pub fn original(path: &str, vm: &VirtualMachine) -> Option<Self> {
        let (owner, name) = path.split_once('.')?;
        let module = module(owner, vm)?.dict()?;
        let name = vm.ctx.intern_str(name);
        let object = module.get_item_opt(name, vm).ok()??;
        let own = match float_constant(path) {
            Some(x) => object
                .downcast_ref_if_exact::<PyFloat>(vm)
                .is_some_and(|found| found.to_f64().to_bits() == x.to_bits()),
            None => path_of(&object, vm).is_some_and(|found| *found == *path),
        };
        own.then_some(Self { module, name, object })
    }

    /// Is it still there?
    pub fn holds(&self, vm: &VirtualMachine) -> bool {
        let now = self.module.get_item_opt(self.name, vm);
        now.is_ok_and(|found| found.is_some_and(|found| found.is(&self.object)))
    }
}

/// The object at `path`, if its module is loaded.
pub fn object_at(path: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match path.split_once('.') {
        None => module(path, vm),
        Some((owner, name)) => {
            let name = vm.ctx.new_str(name);
            module(owner, vm)?.get_attr(&name, vm).ok()
        }
    }
}
