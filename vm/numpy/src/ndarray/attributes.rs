//! Attributes, construction, text and comparison of arrays.

use super::flags::PyFlags;
use super::flat::PyFlatIter;
use crate::args::{self, parse, present, shape_object};
use crate::convert::array_from_object;
use crate::dtype::{dtype_from_object, dtype_object};
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, as_array};
use crate::printing::{self, options};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyStrRef, PyType, PyTypeRef},
    function::{Either, FuncArgs, PyComparisonValue},
    protocol::{PyMappingMethods, PyNumberMethods, PySequenceMethods},
    pyclass,
    types::{
        AsBuffer, AsMapping, AsNumber, AsSequence, Constructor, Iterable, PyComparisonOp,
        Representable,
    },
};
use taipan_runtime::{Array, DType, Order};

impl Constructor for PyNdArray {
    type Args = FuncArgs;

    fn slot_new(cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let names = ["shape", "dtype", "buffer", "offset", "strides", "order"];
        let [shape, dtype, buffer, offset, strides, order] = parse(args, "ndarray", names, 1, vm)?;
        let shape = match &shape {
            Some(shape) => args::to_shape(shape, vm)?,
            None => Vec::new(),
        };
        let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::F64);
        let order = args::to_order(&order, Order::C, vm)?;
        let Some(buffer) = present(&buffer, vm) else {
            let array = Array::empty(&shape, dtype, order).or_raise(vm)?;
            return Ok(Self::from_array_of(array, cls, vm)?.into());
        };
        let offset = args::optional_isize(&offset, vm)?.unwrap_or(0).max(0) as usize;
        let memory = crate::convert::memory_of(buffer, vm)?;
        let strides = match present(&strides, vm) {
            Some(strides) => args::to_isizes(strides, vm)?,
            None => taipan_runtime::iter::contiguous_strides(&shape, dtype.itemsize(), order == Order::F)
                .to_vec(),
        };
        let start = memory.data() as usize - memory.buffer().data() as usize + offset;
        let count: usize = shape.iter().product();
        if offset + count * dtype.itemsize() > memory.nbytes() && strides.iter().all(|s| *s > 0) {
            return Err(vm.new_type_error("buffer is too small for requested array"));
        }
        let array = Array::from_buffer(
            memory.buffer().clone(),
            start,
            dtype,
            &shape,
            &strides,
            memory.is_writeable(),
        )
        .or_raise(vm)?;
        let object = Self::view_of(array.clone(), buffer, vm);
        if cls.is(Self::class(&vm.ctx)) {
            return Ok(object.into());
        }
        Ok(Self::from_array_of(array, cls, vm)?.into())
    }

    fn py_new(_cls: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("ndarray objects are made by ndarray.__new__"))
    }
}

impl Representable for PyNdArray {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let options = options::current();
        if let Some(function) = &options.override_repr {
            let text = function.call((zelf.to_owned(),), vm)?;
            return Ok(text.str(vm)?.to_string());
        }
        let class = zelf.class();
        let name = if class.is(Self::class(&vm.ctx)) {
            String::from("array")
        } else {
            class.name().to_string()
        };
        printing::array_repr(zelf.array(), &name, &options, vm)
    }
}

impl AsNumber for PyNdArray {
    fn as_number() -> &'static PyNumberMethods {
        &super::number::METHODS
    }
}

impl AsMapping for PyNdArray {
    fn as_mapping() -> &'static PyMappingMethods {
        static MAPPING: PyMappingMethods = PyMappingMethods {
            length: Some(|m, vm| PyNdArray::mapping_downcast(m).length(vm)),
            subscript: Some(|m, key, vm| PyNdArray::get_item(PyNdArray::mapping_downcast(m), key, vm)),
            ass_subscript: Some(|m, key, value, vm| {
                let zelf = PyNdArray::mapping_downcast(m);
                match value {
                    Some(value) => zelf.set_item(key, &value, vm),
                    None => Err(vm.new_value_error("cannot delete array elements")),
                }
            }),
        };
        &MAPPING
    }
}

impl AsSequence for PyNdArray {
    fn as_sequence() -> &'static PySequenceMethods {
        static SEQUENCE: PySequenceMethods = PySequenceMethods {
            length: Some(|s, vm| PyNdArray::sequence_downcast(s).length(vm)),
            concat: None,
            repeat: None,
            item: Some(|s, i, vm| PyNdArray::item_at(PyNdArray::sequence_downcast(s), i, vm)),
            ass_item: Some(|s, i, value, vm| {
                let zelf = PyNdArray::sequence_downcast(s);
                let key = vm.ctx.new_int(i);
                match value {
                    Some(value) => zelf.set_item(key.as_object(), &value, vm),
                    None => Err(vm.new_value_error("cannot delete array elements")),
                }
            }),
            contains: Some(|s, needle, vm| PyNdArray::sequence_downcast(s).contains(needle, vm)),
            inplace_concat: None,
            inplace_repeat: None,
        };
        &SEQUENCE
    }
}

impl Iterable for PyNdArray {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        if zelf.array().ndim() == 0 {
            return Err(vm.new_type_error("iteration over a 0-d array"));
        }
        Ok(super::iterator::PyArrayIter::new(zelf).into_ref(&vm.ctx).into())
    }
}

impl AsBuffer for PyNdArray {
    fn as_buffer(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<rustpython_vm::protocol::PyBuffer> {
        super::buffer::export(zelf, vm)
    }
}

impl PyNdArray {
    fn length(&self, vm: &VirtualMachine) -> PyResult<usize> {
        match self.array().shape().first() {
            Some(&n) => Ok(n),
            None => Err(vm.new_type_error("len() of unsized object")),
        }
    }

    fn contains(&self, needle: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
        let zelf = Self::from_array(self.array().clone(), vm);
        let equal = crate::ufunc::call_binary("equal", zelf.as_object(), needle, vm)?;
        let any = vm.call_method(&equal, "any", ())?;
        any.try_to_bool(vm)
    }

    /// A view object whose memory belongs to `zelf`.
    pub fn derive(zelf: &Py<Self>, array: Array, vm: &VirtualMachine) -> PyObjectRef {
        Self::view_of(array, zelf.as_object(), vm).into()
    }
}

#[pyclass(
    flags(BASETYPE, HAS_WEAKREF),
    with(Constructor, Representable, AsNumber, AsMapping, AsSequence, Iterable, AsBuffer)
)]
impl PyNdArray {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let array = as_array(zelf).ok_or_else(|| vm.new_type_error("expected an array"))?;
        let text = printing::array_str(array, &options::current(), vm)?;
        Ok(vm.ctx.new_str(text))
    }

    #[pyslot]
    fn slot_richcompare(
        zelf: &PyObject,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
        let name = crate::ufunc::comparison_name(op);
        if !crate::ufunc::is_operand(other, vm) {
            let array = as_array(zelf).ok_or_else(|| vm.new_type_error("expected an array"))?;
            let answer = match op {
                PyComparisonOp::Eq => false,
                PyComparisonOp::Ne => true,
                _ => {
                    return match crate::ufunc::string_operand_error(name, zelf, other, vm) {
                        Some(error) => Err(error),
                        None => Ok(Either::B(PyComparisonValue::NotImplemented)),
                    };
                }
            };
            if crate::ufunc::defers_to(other, vm) {
                return Ok(Either::B(PyComparisonValue::NotImplemented));
            }
            let full = Array::full(array.shape(), DType::Bool, Order::C, answer.into()).or_raise(vm)?;
            return crate::interop::array_or_scalar(full, vm).map(Either::A);
        }
        crate::ufunc::call_binary(name, zelf, other, vm).map(Either::A)
    }

    #[pygetset]
    fn shape(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        shape_object(zelf.array().shape(), vm)
    }

    #[pygetset(setter)]
    fn set_shape(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let wanted = args::to_isizes(&value, vm)?;
        let array = zelf.array();
        let shape = taipan_runtime::array::resolve_shape(array.size(), &wanted).or_raise(vm)?;
        match array.reshape_view(&shape, Order::C) {
            Some(view) => {
                zelf.replace(view);
                Ok(())
            }
            None => Err(vm.new_attribute_error(
                "Incompatible shape for in-place modification. Use `.reshape()` to make a copy \
                 with the desired shape.",
            )),
        }
    }

    #[pygetset]
    fn dtype(zelf: &Py<Self>) -> PyObjectRef {
        dtype_object(zelf.array().dtype())
    }

    #[pygetset(setter)]
    fn set_dtype(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let dtype = dtype_from_object(&value, vm)?;
        zelf.replace(zelf.array().view_as(dtype).or_raise(vm)?);
        Ok(())
    }

    #[pygetset]
    fn ndim(zelf: &Py<Self>) -> usize {
        zelf.array().ndim()
    }

    #[pygetset]
    fn size(zelf: &Py<Self>) -> usize {
        zelf.array().size()
    }

    #[pygetset]
    fn itemsize(zelf: &Py<Self>) -> usize {
        zelf.array().itemsize()
    }

    #[pygetset]
    fn nbytes(zelf: &Py<Self>) -> usize {
        zelf.array().nbytes()
    }

    #[pygetset]
    fn strides(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let strides = zelf.array().strides();
        let items = strides.iter().map(|&s| vm.ctx.new_int(s).into()).collect();
        vm.ctx.new_tuple(items).into()
    }

    #[pygetset(setter)]
    fn set_strides(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        crate::warnings::warn(
            vm.ctx.exceptions.deprecation_warning,
            "Setting the strides on a NumPy array has been deprecated in NumPy 2.4.\n\
             As an alternative, you can create a new view using np.lib.stride_tricks.as_strided.",
            vm,
        )?;
        let strides = args::to_isizes(&value, vm)?;
        let array = zelf.array();
        zelf.replace(array.as_strided(array.shape(), &strides).or_raise(vm)?);
        Ok(())
    }

    #[pygetset(name = "T")]
    fn transposed(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let view = zelf.array().transpose(None).or_raise(vm)?;
        Ok(Self::derive(&zelf, view, vm))
    }

    #[pygetset(name = "mT")]
    fn matrix_transposed(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        if zelf.array().ndim() < 2 {
            return Err(vm.new_value_error("matrix transpose with ndim < 2 is undefined"));
        }
        let view = zelf.array().swapaxes(-1, -2).or_raise(vm)?;
        Ok(Self::derive(&zelf, view, vm))
    }

    #[pygetset]
    fn flat(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyObjectRef {
        PyFlatIter::new(zelf).into_ref(&vm.ctx).into()
    }

    #[pygetset(setter)]
    fn set_flat(zelf: PyRef<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let all = vm.ctx.ellipsis.to_owned();
        PyFlatIter::new(zelf).set(all.as_object(), &value, vm)
    }

    #[pygetset]
    fn real(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match zelf.array().complex_part(false) {
            Some(view) => Self::derive(&zelf, view, vm),
            None => zelf.into(),
        }
    }

    #[pygetset(setter)]
    fn set_real(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let target = zelf.array().complex_part(false).unwrap_or_else(|| zelf.array().clone());
        super::index::assign(&target, &value, vm)
    }

    #[pygetset]
    fn imag(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        if let Some(view) = zelf.array().complex_part(true) {
            return Ok(Self::derive(&zelf, view, vm));
        }
        let array = zelf.array();
        let mut zeros = Array::zeros(array.shape(), array.dtype(), Order::C).or_raise(vm)?;
        zeros.set_writeable(false);
        Ok(Self::from_array(zeros, vm).into())
    }

    #[pygetset(setter)]
    fn set_imag(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        match zelf.array().complex_part(true) {
            Some(target) => super::index::assign(&target, &value, vm),
            None => Err(vm.new_type_error("array does not have imaginary part to set")),
        }
    }

    #[pygetset(name = "base")]
    fn base_object(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.base().cloned().unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset]
    fn flags(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyObjectRef {
        PyFlags::new(zelf).into_ref(&vm.ctx).into()
    }

    #[pygetset]
    fn data(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let class = vm.ctx.types.memoryview_type;
        class.as_object().call((zelf,), vm)
    }

    #[pygetset]
    fn device(_zelf: &Py<Self>) -> &'static str {
        "cpu"
    }

    #[pygetset(name = "__array_priority__")]
    fn array_priority(_zelf: &Py<Self>) -> f64 {
        0.0
    }

    #[pygetset(name = "__array_interface__")]
    fn array_interface(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let array = zelf.array();
        let dict = vm.ctx.new_dict();
        let address = vm.ctx.new_int(array.data() as usize).into();
        let readonly = vm.ctx.new_bool(!array.is_writeable()).into();
        dict.set_item("data", vm.ctx.new_tuple(vec![address, readonly]).into(), vm)?;
        let strides = if array.is_c_contiguous() {
            vm.ctx.none()
        } else {
            let items = array.strides().iter().map(|&s| vm.ctx.new_int(s).into()).collect();
            vm.ctx.new_tuple(items).into()
        };
        dict.set_item("strides", strides, vm)?;
        let typestr = vm.ctx.new_str(array.dtype().typestr());
        let field = vec![vm.ctx.new_str("").into(), typestr.clone().into()];
        let descr = vm.ctx.new_list(vec![vm.ctx.new_tuple(field).into()]);
        dict.set_item("descr", descr.into(), vm)?;
        dict.set_item("typestr", typestr.into(), vm)?;
        dict.set_item("shape", shape_object(array.shape(), vm), vm)?;
        dict.set_item("version", vm.ctx.new_int(3).into(), vm)?;
        Ok(dict.into())
    }

    #[pymethod]
    fn __format__(zelf: PyRef<Self>, spec: PyStrRef, vm: &VirtualMachine) -> PyResult {
        if zelf.array().ndim() == 0 {
            let item = crate::interop::first_element(zelf.array(), vm)?;
            return vm.call_method(&item, "__format__", (spec,));
        }
        if spec.is_empty() {
            return Ok(zelf.as_object().str(vm)?.into());
        }
        Err(vm.new_type_error(format!(
            "unsupported format string passed to {}.__format__",
            zelf.class().slot_name()
        )))
    }

    #[pymethod]
    fn __array__(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [dtype, copy] = parse(args, "__array__", ["dtype", "copy"], 0, vm)?;
        let dtype = args::to_dtype(&dtype, vm)?;
        let copy = present(&copy, vm).map(|c| c.to_owned().try_to_bool(vm)).transpose()?;
        let same = dtype.is_none_or(|d| d == zelf.array().dtype());
        if same && copy != Some(true) {
            return Ok(zelf.into());
        }
        let array = array_from_object(zelf.as_object(), dtype, vm)?;
        let array = if same { array.copy(Order::K).or_raise(vm)? } else { array };
        Ok(Self::from_array(array, vm).into())
    }

    #[pymethod]
    fn __copy__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let copy = zelf.array().copy(Order::K).or_raise(vm)?;
        Ok(Self::from_array(copy, vm).into())
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyRef<Self>, _memo: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let copy = zelf.array().copy(Order::K).or_raise(vm)?;
        Ok(Self::from_array(copy, vm).into())
    }

    #[pymethod]
    fn __complex__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let item = super::number::only_element(zelf.array(), vm)?;
        let c = item.num.as_complex();
        Ok(vm.ctx.new_complex(num_complex::Complex64::new(c.0, c.1)).into())
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let array = zelf.array();
        let module = vm.import("_numpy", 0)?;
        let rebuild = module.get_attr("_rebuild_array", vm)?;
        let bytes = vm.ctx.new_bytes(array.to_bytes().or_raise(vm)?);
        let dtype = vm.ctx.new_str(array.dtype().typestr());
        let fields = vec![shape_object(array.shape(), vm), dtype.into(), bytes.into()];
        let fields: PyObjectRef = vm.ctx.new_tuple(fields).into();
        Ok(vm.ctx.new_tuple(vec![rebuild, fields]).into())
    }

    #[pyclassmethod]
    fn __class_getitem__(cls: PyTypeRef, args: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let alias = rustpython_vm::builtins::PyGenericAlias::from_args(cls, args, vm)?;
        Ok(alias.into_ref(&vm.ctx).into())
    }
}
