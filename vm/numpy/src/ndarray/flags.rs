//! `ndarray.flags`.

use crate::interop::PyNdArray;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::PyStr,
    protocol::PyMappingMethods,
    pyclass,
    types::{AsMapping, Representable},
};

/// Facts about the memory of an array.
#[pyclass(module = "numpy._core.multiarray", name = "flagsobj")]
#[derive(Debug, PyPayload)]
pub struct PyFlags {
    owner: PyRef<PyNdArray>,
}

/// A property computed from the array object.
type Flag = fn(&PyFlags) -> bool;

/// Keys of `flags[...]` (long and short) and what they read, in display order
/// for the first six.
const KEYS: &[(&str, &str, Flag)] = &[
    ("C_CONTIGUOUS", "C", PyFlags::c),
    ("F_CONTIGUOUS", "F", PyFlags::f),
    ("OWNDATA", "O", PyFlags::own),
    ("WRITEABLE", "W", PyFlags::write),
    ("ALIGNED", "A", PyFlags::align),
    ("WRITEBACKIFCOPY", "X", |_| false),
    ("CONTIGUOUS", "CONTIGUOUS", PyFlags::c),
    ("FORTRAN", "FORTRAN", PyFlags::f),
    ("BEHAVED", "B", |z| z.write() && z.align()),
    ("CARRAY", "CA", |z| z.write() && z.align() && z.c()),
    ("FARRAY", "FA", |z| z.write() && z.align() && z.f() && !z.c()),
    ("FNC", "FNC", |z| z.f() && !z.c()),
    ("FORC", "FORC", |z| z.f() || z.c()),
];

impl PyFlags {
    /// The flags of `owner`.
    pub fn new(owner: PyRef<PyNdArray>) -> Self {
        Self { owner }
    }

    fn c(&self) -> bool {
        self.owner.array().is_c_contiguous()
    }

    fn f(&self) -> bool {
        self.owner.array().is_f_contiguous()
    }

    fn own(&self) -> bool {
        self.owner.base().is_none()
    }

    fn write(&self) -> bool {
        self.owner.array().is_writeable()
    }

    fn align(&self) -> bool {
        self.owner.array().is_aligned()
    }

    fn change_writeable(&self, value: bool, vm: &VirtualMachine) -> PyResult<()> {
        if value && let Some(base) = self.owner.base() {
            let allowed = match crate::interop::as_array(base) {
                Some(array) => array.is_writeable(),
                None => !base.downcastable::<rustpython_vm::builtins::PyBytes>(),
            };
            if !allowed {
                return Err(vm.new_value_error("cannot set WRITEABLE flag to True of this array"));
            }
        }
        let mut array = self.owner.array().clone();
        array.set_writeable(value);
        self.owner.replace(array);
        Ok(())
    }

    /// `setflags(write=…)`.
    pub fn set_writeable(owner: PyRef<PyNdArray>, value: bool, vm: &VirtualMachine) -> PyResult<()> {
        Self::new(owner).change_writeable(value, vm)
    }

    fn look_up(key: &PyObject, vm: &VirtualMachine) -> PyResult<&'static (&'static str, &'static str, Flag)> {
        let text = key.downcast_ref::<PyStr>().map(|s| s.to_string());
        text.and_then(|t| KEYS.iter().find(|(long, short, _)| *long == t || *short == t))
            .ok_or_else(|| vm.new_key_error(vm.ctx.new_str("Unknown flag").into()))
    }
}

impl Representable for PyFlags {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let mut text = String::new();
        for (name, _, flag) in &KEYS[..6] {
            let value = if flag(zelf) { "True" } else { "False" };
            text.push_str(&format!("  {name} : {value}\n"));
        }
        Ok(text)
    }
}

impl AsMapping for PyFlags {
    fn as_mapping() -> &'static PyMappingMethods {
        static MAPPING: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|m, key, vm| {
                let (_, _, flag) = PyFlags::look_up(key, vm)?;
                Ok(vm.ctx.new_bool(flag(PyFlags::mapping_downcast(m))).into())
            }),
            ass_subscript: Some(|m, key, value, vm| {
                let (name, ..) = PyFlags::look_up(key, vm)?;
                let value = value.ok_or_else(|| vm.new_type_error("cannot delete flags"))?;
                if *name != "WRITEABLE" {
                    return Err(vm.new_value_error(format!("cannot set flag {name}")));
                }
                PyFlags::mapping_downcast(m).change_writeable(value.try_to_bool(vm)?, vm)
            }),
        };
        &MAPPING
    }
}

#[pyclass(with(Representable, AsMapping))]
impl PyFlags {
    #[pygetset]
    fn c_contiguous(zelf: &Py<Self>) -> bool {
        zelf.c()
    }
    #[pygetset]
    fn f_contiguous(zelf: &Py<Self>) -> bool {
        zelf.f()
    }
    #[pygetset]
    fn contiguous(zelf: &Py<Self>) -> bool {
        zelf.c()
    }
    #[pygetset]
    fn fortran(zelf: &Py<Self>) -> bool {
        zelf.f()
    }
    #[pygetset]
    fn owndata(zelf: &Py<Self>) -> bool {
        zelf.own()
    }
    #[pygetset]
    fn writeable(zelf: &Py<Self>) -> bool {
        zelf.write()
    }
    #[pygetset(name = "writeable", setter)]
    fn set_writeable_flag(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.change_writeable(value.try_to_bool(vm)?, vm)
    }
    #[pygetset]
    fn aligned(zelf: &Py<Self>) -> bool {
        zelf.align()
    }
    #[pygetset]
    fn writebackifcopy(_zelf: &Py<Self>) -> bool {
        false
    }
    #[pygetset]
    fn behaved(zelf: &Py<Self>) -> bool {
        zelf.write() && zelf.align()
    }
    #[pygetset]
    fn carray(zelf: &Py<Self>) -> bool {
        zelf.write() && zelf.align() && zelf.c()
    }
    #[pygetset]
    fn farray(zelf: &Py<Self>) -> bool {
        zelf.write() && zelf.align() && zelf.f() && !zelf.c()
    }
    #[pygetset]
    fn fnc(zelf: &Py<Self>) -> bool {
        zelf.f() && !zelf.c()
    }
    #[pygetset]
    fn forc(zelf: &Py<Self>) -> bool {
        zelf.f() || zelf.c()
    }
    #[pygetset]
    fn num(zelf: &Py<Self>) -> i32 {
        let bit = |on: bool, value: i32| if on { value } else { 0 };
        bit(zelf.c(), 1)
            | bit(zelf.f(), 2)
            | bit(zelf.own(), 4)
            | bit(zelf.align(), 0x100)
            | bit(zelf.write(), 0x400)
    }
}
