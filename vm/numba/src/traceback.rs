//! Traceback entries for compiled frames.
//!
//! The interpreter makes frame objects only by calling something, so a frame
//! for a compiled function is the frame of a generator that never starts: its
//! code object carries the user's file and function name, the traceback entry
//! the line.

use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, },
    compiler::Mode,
};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Mutex;
use taipan_runtime::trap::{Site, site};

static CODE: Mutex<Option<HashMap<(String, String), PyRef<PyCode>>>> = Mutex::new(None);

/// Puts one traceback entry for each compiled frame on `exception`: the raising
/// site, then the call sites that lead to it (innermost first).
pub fn attach(exception: &PyBaseExceptionRef, raising: u32, trace: &[u32], vm: &VirtualMachine) {
    let class = vm.ctx.types.traceback_type.as_object();
    let mut next: PyObjectRef = exception.__traceback__().map_or_else(|| vm.ctx.none(), Into::into);
    for number in std::iter::once(raising).chain(trace.iter().copied()) {
        let place = site(number);
        if place.line == 0 {
            continue;
        }
        // Without a frame the exception still arrives, with a shorter traceback.
        let entry = frame_for(&place, vm)
            .and_then(|frame| class.call((next.clone(), frame, vm.ctx.new_int(-1), vm.ctx.new_int(place.line)), vm));
        if let Ok(entry) = entry {
            next = entry;
        }
    }
    exception.set_traceback(next.downcast().ok());
}

fn frame_for(place: &Site, vm: &VirtualMachine) -> PyResult {
    let code = code_for(place, vm)?;
    let function = vm.ctx.types.function_type.as_object().call((code, vm.ctx.new_dict()), vm)?;
    let generator: PyObjectRef = function.call((), vm)?;
    generator.get_attr("gi_frame", vm)
}

/// A code object with the user's file and function name and no real body.
fn code_for(place: &Site, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    let key = (place.file.to_string(), place.function.to_string());
    let mut cache = CODE.lock().unwrap_or_else(|e| e.into_inner());
    let cache = cache.get_or_insert_default();
    if let Some(code) = cache.get(&key) {
        return Ok(code.clone());
    }
    let module = vm
        .compile("def frame():\n    yield\n", Mode::Exec, key.0.clone())
        .map_err(|e| e.into_pyexception(vm, None))?;
    let template = module.code.constants.iter().find_map(|c| {
        let object: &PyObject = c.borrow();
        object.downcast_ref::<PyCode>().map(|c| c.code.clone())
    });
    let mut code = template.ok_or_else(|| vm.new_system_error("no code object in the template"))?;
    code.source_path = vm.ctx.intern_str(key.0.as_str());
    code.obj_name = vm.ctx.intern_str(key.1.as_str());
    code.qualname = code.obj_name;
    let code = PyCode::new_ref_with_bag(vm, code);
    cache.insert(key, code.clone());
    Ok(code)
}
