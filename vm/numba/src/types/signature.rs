//! Signature objects: `int32(int32, float64)`.

use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyTupleRef, PyType},
    class::StaticType,
    common::hash::PyHash,
    function::PyComparisonValue,
    pyclass,
    types::{Comparable, Hashable, PyComparisonOp, Representable},
};

/// A return type and argument types.
#[pyclass(module = "numba.core.typing.templates", name = "Signature")]
#[derive(Debug)]
pub struct Signature {
    return_type: PyObjectRef,
    args: PyTupleRef,
}

impl PyPayload for Signature {
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

impl Signature {
    /// A signature; the items are Numba type objects.
    pub fn new(return_type: PyObjectRef, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> Self {
        Signature { return_type, args: vm.ctx.new_tuple(args) }
    }
}

#[pyclass(with(Comparable, Hashable, Representable), flags(DISALLOW_INSTANTIATION))]
impl Signature {
    #[pygetset]
    fn return_type(zelf: &Py<Self>) -> PyObjectRef {
        zelf.return_type.clone()
    }

    #[pygetset]
    fn args(zelf: &Py<Self>) -> PyTupleRef {
        zelf.args.clone()
    }

    /// The class a method signature is bound to; always None for functions.
    #[pygetset]
    fn recvr(_zelf: &Py<Self>) -> Option<PyObjectRef> {
        None
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let args = zelf.args.clone().into();
        vm.ctx.new_tuple(vec![zelf.return_type.clone(), args]).into()
    }
}

impl Representable for Signature {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let args = zelf.args.as_object().repr(vm)?;
        let result = zelf.return_type.str(vm)?;
        Ok(format!("{args} -> {result}"))
    }
}

impl Comparable for Signature {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let Some(other) = other.downcast_ref::<Signature>() else {
                return Ok(PyComparisonValue::NotImplemented);
            };
            // Types are interned: identity is equality.
            let same = zelf.return_type.is(&other.return_type)
                && zelf.args.len() == other.args.len()
                && zelf.args.iter().zip(other.args.iter()).all(|(a, b)| a.is(b));
            Ok(PyComparisonValue::Implemented(same))
        })
    }
}

impl Hashable for Signature {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        zelf.args.as_object().hash(vm)
    }
}
