//! Which library function an object is, whatever name the program gave it.
//!
//! `from math import sqrt as s` must mean `math.sqrt`, so objects are looked
//! up by identity. The table is filled from the modules that are loaded: an
//! object the program holds comes from one of them.

use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyModule, PyStr, PyType},
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use taipan_jit::hir::value::Global;

/// Modules whose functions the compiler may know, the preferred name of an
/// object that several of them export first.
const MODULES: &[&str] = &[
    "builtins",
    "math",
    "cmath",
    "operator",
    "numba",
    "numpy.random",
    "numpy.linalg",
    "numpy.fft",
    "numpy",
];

struct Table {
    /// How many of [`MODULES`] were loaded when the table was made.
    modules: usize,
    /// Object identity to path and the object, which keeps the identity taken.
    paths: HashMap<usize, (Arc<str>, PyObjectRef)>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

/// The canonical path of a library function or class: `numpy.sqrt`.
pub fn path_of(obj: &PyObject, vm: &VirtualMachine) -> Option<Arc<str>> {
    let loaded = loaded_modules(vm);
    let mut guard = TABLE.lock().unwrap_or_else(|e| e.into_inner());
    let table = match &mut *guard {
        Some(t) if t.modules == loaded.len() => t,
        slot => slot.insert(Table { modules: loaded.len(), paths: fill(&loaded, vm) }),
    };
    if let Some((path, _)) = table.paths.get(&obj.get_id()) {
        return Some(path.clone());
    }
    drop(guard);
    lazily_named(obj, &loaded, vm)
}

/// The Python object of a library object or module.
pub fn object_of(global: &Global, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match global {
        Global::Module(name) => module(name, vm),
        Global::Library(path) => {
            let (module_name, name) = path.rsplit_once('.')?;
            let module = module(module_name, vm)?;
            vm.get_attribute_opt(&module, vm.ctx.intern_str(name)).ok()?
        }
        Global::DType(d) => {
            let numpy = module("numpy", vm)?;
            vm.get_attribute_opt(&numpy, vm.ctx.intern_str(d.name())).ok()?
        }
        Global::NumbaType(t) => Some(crate::types::object_of(t)),
        Global::ExceptionClass { id, .. } => super::exceptions::class(*id).map(Into::into),
        _ => None,
    }
}

fn module(name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules.get_item(name, vm).ok()
}

fn loaded_modules(vm: &VirtualMachine) -> Vec<(&'static str, PyObjectRef)> {
    let Ok(modules) = vm.sys_module.get_attr("modules", vm) else { return Vec::new() };
    let Some(modules) = modules.downcast_ref::<PyDict>() else { return Vec::new() };
    MODULES
        .iter()
        .filter_map(|name| modules.get_item_opt(*name, vm).ok().flatten().map(|m| (*name, m)))
        .filter(|(_, m)| m.downcast_ref::<PyModule>().is_some())
        .collect()
}

fn fill(loaded: &[(&'static str, PyObjectRef)], vm: &VirtualMachine) -> HashMap<usize, (Arc<str>, PyObjectRef)> {
    let mut paths: HashMap<usize, (Arc<str>, PyObjectRef)> = HashMap::new();
    for (module_name, module) in loaded {
        let Ok(dict) = module.get_attr("__dict__", vm) else { continue };
        let Some(dict) = dict.downcast_ref::<PyDict>() else { continue };
        for (key, value) in dict {
            let Some(key) = key.downcast_ref::<PyStr>().and_then(|s| s.to_str()) else { continue };
            if key.starts_with("__") || !value.is_callable() {
                continue;
            }
            // One object under several names: the one it calls itself wins.
            let own = own_name(&value, vm).is_some_and(|n| n == key);
            match paths.entry(value.get_id()) {
                std::collections::hash_map::Entry::Vacant(e) => {
                    e.insert((format!("{module_name}.{key}").into(), value.clone()));
                }
                std::collections::hash_map::Entry::Occupied(mut e) => {
                    let same_module = e.get().0.rsplit_once('.').is_some_and(|(m, _)| m == *module_name);
                    if own && same_module {
                        e.get_mut().0 = format!("{module_name}.{key}").into();
                    }
                }
            }
        }
    }
    paths
}

fn own_name(obj: &PyObject, vm: &VirtualMachine) -> Option<String> {
    if let Some(class) = obj.downcast_ref::<PyType>() {
        return Some(class.name().to_string());
    }
    let name = vm.get_attribute_opt(obj, vm.ctx.intern_str("__name__")).ok()??;
    super::text_of(&name).map(str::to_owned)
}

/// Functions that a module makes on first use (module `__getattr__`) are not
/// in the table yet: ask the module under the object's own name.
fn lazily_named(obj: &PyObject, loaded: &[(&'static str, PyObjectRef)], vm: &VirtualMachine) -> Option<Arc<str>> {
    if !obj.is_callable() {
        return None;
    }
    let name = own_name(obj, vm)?;
    for (module_name, module) in loaded {
        let found = vm.get_attribute_opt(module, vm.ctx.intern_str(name.as_str())).ok().flatten();
        if found.is_some_and(|f| f.is(obj)) {
            return Some(format!("{module_name}.{name}").into());
        }
    }
    None
}
