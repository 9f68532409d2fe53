//! NumPy's own exception classes and the way from a runtime error to a Python one.

use rustpython_vm::{
    Context, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyModule, PyType, PyTypeRef},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};
use std::sync::OnceLock;
use taipan_runtime::{Error, ErrorKind};

/// The classes of `numpy.exceptions` and their private relatives.
pub struct Classes {
    /// `numpy.exceptions.AxisError`
    pub axis: PyTypeRef,
    /// `numpy._core._exceptions.UFuncTypeError`
    pub ufunc_type: PyTypeRef,
    /// `numpy._core._exceptions._ArrayMemoryError`
    pub memory: PyTypeRef,
    /// `numpy.linalg.LinAlgError`
    pub linalg: PyTypeRef,
    /// `numpy.exceptions.DTypePromotionError`
    pub promotion: PyTypeRef,
    /// `numpy.exceptions.TooHardError`
    pub too_hard: PyTypeRef,
    /// `numpy.exceptions.ComplexWarning`
    pub complex_warning: PyTypeRef,
    /// `numpy.exceptions.VisibleDeprecationWarning`
    pub visible_deprecation: PyTypeRef,
    /// `numpy.exceptions.RankWarning`
    pub rank_warning: PyTypeRef,
    /// `numpy.exceptions.ModuleDeprecationWarning`
    pub module_deprecation: PyTypeRef,
}

static CLASSES: OnceLock<Classes> = OnceLock::new();

/// The classes, made on first use.
pub fn classes() -> &'static Classes {
    CLASSES.get_or_init(|| {
        let ctx: &Context = Context::genesis();
        let e = &ctx.exceptions;
        let make = |module: &str, name: &str, bases: &[&'static rustpython_vm::Py<PyType>]| {
            let bases = bases.iter().map(|b| (*b).to_owned()).collect();
            let class = ctx.new_exception_type(module, name, Some(bases));
            rustpython_vm::AsObject::as_object(&class).make_immortal();
            class
        };
        let public = "numpy.exceptions";
        let private = "numpy._core._exceptions";
        Classes {
            axis: make(public, "AxisError", &[e.value_error, e.index_error]),
            ufunc_type: make(private, "UFuncTypeError", &[e.type_error]),
            // Shown under the name of its base, as numpy does.
            memory: make(private, "MemoryError", &[e.memory_error]),
            linalg: make("numpy.linalg", "LinAlgError", &[e.value_error]),
            promotion: make(public, "DTypePromotionError", &[e.type_error]),
            too_hard: make(public, "TooHardError", &[e.runtime_error]),
            complex_warning: make(public, "ComplexWarning", &[e.runtime_warning]),
            visible_deprecation: make(public, "VisibleDeprecationWarning", &[e.user_warning]),
            rank_warning: make(public, "RankWarning", &[e.runtime_warning]),
            module_deprecation: make(public, "ModuleDeprecationWarning", &[e.deprecation_warning]),
        }
    })
}

/// Adds every class to the native module.
pub fn add_to_module(module: &rustpython_vm::Py<PyModule>, vm: &VirtualMachine) -> rustpython_vm::PyResult<()> {
    let c = classes();
    for (name, class) in [
        ("AxisError", &c.axis),
        ("UFuncTypeError", &c.ufunc_type),
        ("_ArrayMemoryError", &c.memory),
        ("LinAlgError", &c.linalg),
        ("DTypePromotionError", &c.promotion),
        ("TooHardError", &c.too_hard),
        ("ComplexWarning", &c.complex_warning),
        ("VisibleDeprecationWarning", &c.visible_deprecation),
        ("RankWarning", &c.rank_warning),
        ("ModuleDeprecationWarning", &c.module_deprecation),
    ] {
        rustpython_vm::AsObject::as_object(module).set_attr(name, class.clone(), vm)?;
    }
    let axis: &'static rustpython_vm::Py<PyType> = &c.axis;
    let init = AXIS_INIT.to_proper_method(axis, &vm.ctx);
    rustpython_vm::AsObject::as_object(axis).set_attr(AXIS_INIT.name, init, vm)?;
    // Tracebacks show where it comes from.
    rustpython_vm::AsObject::as_object(&c.memory).set_attr("__qualname__", vm.ctx.new_str("_ArrayMemoryError"), vm)?;
    Ok(())
}

static AXIS_INIT: PyMethodDef =
    PyMethodDef::new_const("__init__", axis_error_init, PyMethodFlags::METHOD, ItemDoc::NONE);

/// `AxisError(axis, ndim=None, msg_prefix=None)`: a message, or an axis and the number of axes.
fn axis_error_init(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [axis, ndim, prefix] = crate::args::parse(args, "AxisError", ["axis", "ndim", "msg_prefix"], 1, vm)?;
    let none = || vm.ctx.none();
    let axis = axis.unwrap_or_else(none);
    let (message, axis, ndim) = match ndim {
        Some(ndim) if !vm.is_none(&ndim) => {
            let mut text = format!("axis {} is out of bounds for array of dimension {}", axis.str(vm)?, ndim.str(vm)?);
            if let Some(prefix) = crate::args::present(&prefix, vm) {
                text = format!("{}: {text}", prefix.str(vm)?);
            }
            (vm.ctx.new_str(text).into(), axis, ndim)
        }
        _ => (axis, none(), none()),
    };
    zelf.set_attr("args", vm.ctx.new_tuple(vec![message]), vm)?;
    zelf.set_attr("axis", axis, vm)?;
    zelf.set_attr("ndim", ndim, vm)
}

/// The Python exception of a runtime error, with its message unchanged.
pub fn raise(error: Error, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let e = &vm.ctx.exceptions;
    let class = match error.kind {
        ErrorKind::Value => e.value_error.to_owned(),
        ErrorKind::Type => e.type_error.to_owned(),
        ErrorKind::Index => e.index_error.to_owned(),
        ErrorKind::ZeroDivision => e.zero_division_error.to_owned(),
        ErrorKind::Memory => classes().memory.clone(),
        ErrorKind::Overflow => e.overflow_error.to_owned(),
        ErrorKind::Floating => e.floating_point_error.to_owned(),
        ErrorKind::Axis => classes().axis.clone(),
        ErrorKind::UfuncType => classes().ufunc_type.clone(),
        ErrorKind::LinAlg => classes().linalg.clone(),
        ErrorKind::Runtime => e.runtime_error.to_owned(),
        ErrorKind::NotImplemented => e.not_implemented_error.to_owned(),
    };
    vm.new_exception_msg(class, error.message.into())
}

/// Turns a runtime result into a Python one.
pub trait OrRaise<T> {
    /// The value, or the Python exception of the error.
    fn or_raise(self, vm: &VirtualMachine) -> rustpython_vm::PyResult<T>;
}

impl<T> OrRaise<T> for taipan_runtime::Result<T> {
    #[inline]
    fn or_raise(self, vm: &VirtualMachine) -> rustpython_vm::PyResult<T> {
        self.map_err(|e| raise(e, vm))
    }
}
