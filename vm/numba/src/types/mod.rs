//! Python-visible type objects (`numba.types`).
//!
//! One payload serves every class; equal types are one object, so identity,
//! equality and hash agree and user code may use types as dictionary keys.

pub mod signature;
pub mod table;
pub mod type_of;

use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PySlice, PyStr, PyTuple, PyType, PyTypeRef},
    class::{PyClassImpl, StaticType},
    function::FuncArgs,
    protocol::{PyMappingMethods, PyNumberMethods},
    pyclass,
    types::{AsMapping, AsNumber, Callable, Constructor, PyTypeFlags, PyTypeSlots, Representable},
};
use signature::Signature;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use taipan_jit::hir::{
    types::{ArrayType, DType, Layout, Type, scalar_name},
    value::Global,
};
use table::{CLASSES, SCALARS, integer_width};

/// What a type object stands for.
#[derive(Clone, Debug)]
pub enum NbType {
    /// A type of compiled values.
    Compiled(Type),
    /// A parameter left to its default value.
    Omitted(PyObjectRef),
    /// Known by name only.
    Named { class: &'static str, name: &'static str },
}

/// Payload of every `numba.types.Type` object.
#[pyclass(module = "numba.core.types", name = "Type")]
#[derive(Clone, Debug)]
pub struct PyNbType {
    /// The meaning.
    pub kind: NbType,
}

impl PyPayload for PyNbType {
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

struct World {
    classes: HashMap<&'static str, PyTypeRef>,
    interned: Mutex<HashMap<String, PyRef<PyNbType>>>,
}

static WORLD: OnceLock<World> = OnceLock::new();

fn world() -> &'static World {
    WORLD.get_or_init(|| {
        let ctx = Context::genesis();
        let root = PyNbType::make_static_type();
        let mut classes: HashMap<&'static str, PyTypeRef> = HashMap::from([("", root.clone())]);
        for &(name, base) in CLASSES {
            let attrs = [(ctx.intern_str("__module__"), ctx.new_str("numba.core.types").into())];
            let class = PyType::new_heap(
                name,
                vec![classes[base].clone()],
                attrs.into_iter().collect(),
                PyTypeSlots::new("numba.core.types.Type", PyTypeFlags::HEAP_TYPE),
                ctx.types.type_type.to_owned(),
                ctx,
            )
            .expect("the class table lists bases first");
            classes.insert(name, class);
        }
        World { classes, interned: Mutex::default() }
    })
}

/// The classes by name, the root under `Type`.
pub fn classes() -> impl Iterator<Item = (&'static str, PyTypeRef)> {
    world().classes.iter().map(|(name, class)| (if name.is_empty() { "Type" } else { name }, class.clone()))
}

/// Every named type: `(name, object)`.
pub fn named_types() -> Vec<(&'static str, PyObjectRef)> {
    let mut out = Vec::new();
    for (dtype, names) in SCALARS {
        let object = object_of(&Type::Scalar(*dtype));
        out.extend(names.iter().map(|n| (*n, object.clone())));
    }
    for (names, kind) in table::others() {
        let object: PyObjectRef = intern(kind).into();
        out.extend(names.iter().map(|n| (*n, object.clone())));
    }
    out
}

/// The type object of a compiled type.
pub fn object_of(t: &Type) -> PyObjectRef {
    intern(NbType::Compiled(t.clone())).into()
}

/// The type object of a parameter left to its default.
pub fn omitted(default: PyObjectRef) -> PyObjectRef {
    intern(NbType::Omitted(default)).into()
}

/// The one object of a type.
fn intern(kind: NbType) -> PyRef<PyNbType> {
    let w = world();
    let class = w.classes[class_name(&kind)].clone();
    let payload = PyNbType { kind };
    let Some(key) = payload.intern_key() else {
        return PyRef::new_ref(payload, class, None);
    };
    let mut interned = w.interned.lock().unwrap_or_else(|e| e.into_inner());
    interned.entry(key).or_insert_with(|| PyRef::new_ref(payload, class, None)).clone()
}

/// The class a type object belongs to.
fn class_name(kind: &NbType) -> &'static str {
    let t = match kind {
        NbType::Compiled(t) => t,
        NbType::Omitted(_) => return "Omitted",
        NbType::Named { class, .. } => return class,
    };
    match t {
        Type::Scalar(DType::Bool) => "Boolean",
        Type::Scalar(d) if d.is_integer() => "Integer",
        Type::Scalar(d) if d.is_complex() => "Complex",
        Type::Scalar(_) => "Float",
        Type::None => "NoneType",
        Type::Str => "UnicodeType",
        Type::ReflectedList(_) => "List",
        Type::Tuple(ts) if !ts.is_empty() && ts.iter().all(|t| *t == ts[0]) => "UniTuple",
        Type::Tuple(_) => "Tuple",
        Type::Array(_) => "Array",
        Type::Range { .. } => "RangeType",
        Type::Slice { .. } => "SliceType",
        Type::Optional(_) => "Optional",
        Type::Ellipsis => "EllipsisType",
        Type::Unknown => "Undefined",
        Type::Global(g) => match **g {
            Global::Module(_) => "Module",
            Global::DType(_) | Global::NumbaType(_) => "NumberClass",
            Global::Function(_) => "Dispatcher",
            Global::ExceptionClass { .. } => "ExceptionClass",
            Global::Library(_) | Global::Closure(_) => "Function",
            _ => "Opaque",
        },
        _ => "Opaque",
    }
}

/// `repr()` of a type object, which differs from its name for containers.
pub fn repr_of(t: &Type) -> String {
    match t {
        Type::Array(a) => format!(
            "Array({}, {}, '{:?}', {}, aligned=True)",
            scalar_name(a.dtype),
            a.ndim,
            a.layout,
            if a.readonly { "True" } else { "False" }
        ),
        Type::Tuple(ts) if !ts.is_empty() && ts.iter().all(|t| *t == ts[0]) => {
            format!("UniTuple({}, {})", repr_of(&ts[0]), ts.len())
        }
        Type::Tuple(ts) => {
            let items: Vec<String> = ts.iter().map(repr_of).collect();
            format!("Tuple(({}))", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// The compiled type behind a type object.
pub fn compiled(obj: &PyObject) -> Option<&Type> {
    match &obj.downcast_ref::<PyNbType>()?.kind {
        NbType::Compiled(t) => Some(t),
        _ => None,
    }
}

/// The compiled type behind an argument of a type constructor.
fn expect_type(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Type> {
    if let Some(t) = compiled(obj) {
        return Ok(t.clone());
    }
    match obj.downcast_ref::<PyNbType>() {
        Some(t) => Err(vm.new_type_error(format!("{} cannot be part of another type", t.name()))),
        None => Err(vm.new_type_error(format!(
            "expected a Numba type, got {}",
            obj.class().name()
        ))),
    }
}

fn array_of(t: &PyNbType, ndim: usize, layout: Layout, readonly: bool, vm: &VirtualMachine) -> PyResult {
    let NbType::Compiled(Type::Scalar(dtype)) = t.kind else {
        return Err(vm.new_type_error(format!("arrays of {} are not supported", t.name())));
    };
    if ndim > taipan_runtime::array::MAX_NDIM {
        return Err(vm.new_value_error("maximum supported dimension for an ndarray is currently 64"));
    }
    let layout = if ndim <= 1 && layout == Layout::F { Layout::C } else { layout };
    Ok(object_of(&Type::Array(ArrayType { dtype, ndim: ndim as u8, layout, readonly })))
}

impl PyNbType {
    /// Numba's name of the type: what `str()` gives.
    pub fn name(&self) -> String {
        match &self.kind {
            NbType::Compiled(t) => t.to_string(),
            NbType::Omitted(default) => format!("omitted(default={})", default_text(default)),
            NbType::Named { name, .. } => (*name).to_owned(),
        }
    }

    fn repr_text(&self) -> String {
        match &self.kind {
            NbType::Compiled(t) => repr_of(t),
            _ => self.name(),
        }
    }

    /// Types without a key are never shared.
    fn intern_key(&self) -> Option<String> {
        match &self.kind {
            // Identity matters for functions and opaque objects, whose text
            // does not tell them apart.
            NbType::Compiled(Type::Global(g)) => match &**g {
                Global::Function(f) => Some(format!("dispatcher {}", f.id())),
                g => Some(format!("global {g}")),
            },
            NbType::Compiled(t) => Some(repr_of(t)),
            NbType::Omitted(_) => None,
            NbType::Named { name, .. } => Some((*name).to_owned()),
        }
    }

    fn missing(&self, name: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        vm.new_attribute_error(format!("'{}' object has no attribute '{name}'", class_name(&self.kind)))
    }

    fn array(&self, name: &str, vm: &VirtualMachine) -> PyResult<ArrayType> {
        match self.kind {
            NbType::Compiled(Type::Array(a)) => Ok(a),
            _ => Err(self.missing(name, vm)),
        }
    }

    fn integer(&self, name: &str, vm: &VirtualMachine) -> PyResult<(u32, bool)> {
        match self.kind {
            NbType::Compiled(Type::Scalar(d)) => integer_width(d).ok_or_else(|| self.missing(name, vm)),
            _ => Err(self.missing(name, vm)),
        }
    }
}

/// The default value in `omitted(default=…)`, without calling into the program.
fn default_text(value: &PyObject) -> String {
    rustpython_vm::vm::thread::with_current_vm(|vm| match value.repr(vm) {
        Ok(text) => text.to_string(),
        Err(_) => "?".to_owned(),
    })
}

#[pyclass(flags(BASETYPE), with(Constructor, Callable, Representable, AsMapping, AsNumber))]
impl PyNbType {
    #[pygetset(name = "name")]
    fn py_name(zelf: &Py<Self>) -> String {
        zelf.name()
    }

    #[pygetset]
    fn key(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match &zelf.kind {
            NbType::Compiled(Type::Array(a)) => vm
                .ctx
                .new_tuple(vec![
                    object_of(&Type::Scalar(a.dtype)),
                    vm.ctx.new_int(a.ndim).into(),
                    vm.ctx.new_str(format!("{:?}", a.layout)).into(),
                    vm.ctx.new_bool(!a.readonly).into(),
                    vm.ctx.new_bool(true).into(),
                ])
                .into(),
            NbType::Compiled(Type::Tuple(ts)) => {
                vm.ctx.new_tuple(ts.iter().map(object_of).collect()).into()
            }
            _ => vm.ctx.new_str(zelf.name()).into(),
        }
    }

    #[pygetset]
    fn bitwidth(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<u32> {
        match zelf.kind {
            NbType::Compiled(Type::Scalar(d)) if d != DType::Bool => Ok(d.itemsize() as u32 * 8),
            _ => Err(zelf.missing("bitwidth", vm)),
        }
    }

    #[pygetset]
    fn signed(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.integer("signed", vm)?.1)
    }

    #[pygetset]
    fn minval(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<i64> {
        let (bits, signed) = zelf.integer("minval", vm)?;
        Ok(if signed { i64::MIN >> (64 - bits) } else { 0 })
    }

    #[pygetset]
    fn maxval(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<u64> {
        let (bits, signed) = zelf.integer("maxval", vm)?;
        Ok(u64::MAX >> (64 - bits + u32::from(signed)))
    }

    #[pygetset]
    fn underlying_float(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match zelf.kind {
            NbType::Compiled(Type::Scalar(d)) if d.is_complex() => Ok(object_of(&Type::Scalar(d.real_part()))),
            _ => Err(zelf.missing("underlying_float", vm)),
        }
    }

    #[pygetset]
    fn dtype(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match &zelf.kind {
            NbType::Compiled(Type::Array(a)) => Ok(object_of(&Type::Scalar(a.dtype))),
            NbType::Compiled(Type::Tuple(ts)) if class_name(&zelf.kind) == "UniTuple" => Ok(object_of(&ts[0])),
            NbType::Compiled(Type::Global(g)) => match &**g {
                Global::DType(d) => Ok(object_of(&Type::Scalar(*d))),
                Global::NumbaType(t) => Ok(object_of(t)),
                _ => Err(zelf.missing("dtype", vm)),
            },
            _ => Err(zelf.missing("dtype", vm)),
        }
    }

    #[pygetset]
    fn ndim(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<u8> {
        Ok(zelf.array("ndim", vm)?.ndim)
    }

    #[pygetset]
    fn layout(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("{:?}", zelf.array("layout", vm)?.layout))
    }

    #[pygetset]
    fn mutable(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(!zelf.array("mutable", vm)?.readonly)
    }

    #[pygetset]
    fn readonly(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.array("readonly", vm)?.readonly)
    }

    #[pygetset]
    fn aligned(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        zelf.array("aligned", vm).map(|_| true)
    }

    #[pygetset]
    fn is_c_contig(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        let a = zelf.array("is_c_contig", vm)?;
        Ok(a.layout == Layout::C)
    }

    #[pygetset]
    fn is_f_contig(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        let a = zelf.array("is_f_contig", vm)?;
        Ok(a.layout == Layout::F || (a.layout == Layout::C && a.ndim <= 1))
    }

    #[pygetset]
    fn is_contig(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.array("is_contig", vm)?.layout != Layout::A)
    }

    #[pygetset]
    fn types(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match &zelf.kind {
            NbType::Compiled(Type::Tuple(ts)) => Ok(vm.ctx.new_tuple(ts.iter().map(object_of).collect()).into()),
            _ => Err(zelf.missing("types", vm)),
        }
    }

    #[pygetset]
    fn count(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<usize> {
        match &zelf.kind {
            NbType::Compiled(Type::Tuple(ts)) => Ok(ts.len()),
            _ => Err(zelf.missing("count", vm)),
        }
    }

    #[pygetset(name = "type")]
    fn inner(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match &zelf.kind {
            NbType::Compiled(Type::Optional(t)) => Ok(object_of(t)),
            _ => Err(zelf.missing("type", vm)),
        }
    }

    #[pygetset]
    fn value(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match &zelf.kind {
            NbType::Omitted(v) => Ok(v.clone()),
            _ => Err(zelf.missing("value", vm)),
        }
    }

    #[pymethod]
    fn is_precise(zelf: &Py<Self>) -> bool {
        !matches!(zelf.kind, NbType::Compiled(Type::Unknown) | NbType::Named { .. })
    }

    /// The value as the NumPy scalar (or bool) of this type.
    #[pymethod(name = "cast_python_value")]
    fn py_cast_python_value(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        cast_python_value(zelf, value, vm)
    }

    /// A copy of an array type with some of its properties replaced.
    #[pymethod]
    fn copy(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let a = zelf.array("copy", vm)?;
        let base = PyNbType { kind: NbType::Compiled(Type::Scalar(a.dtype)) };
        let given = |i: usize, name: &str| args.args.get(i).or_else(|| args.kwargs.get(name)).cloned();
        let dtype = match given(0, "dtype") {
            Some(d) if !vm.is_none(&d) => d
                .downcast_ref::<PyNbType>()
                .map(|t| PyNbType::clone(t))
                .ok_or_else(|| vm.new_type_error("dtype must be a Numba type"))?,
            _ => base,
        };
        let ndim = match given(1, "ndim") {
            Some(n) if !vm.is_none(&n) => n.try_to_value::<usize>(vm)?,
            _ => usize::from(a.ndim),
        };
        let layout = match given(2, "layout") {
            Some(l) if !vm.is_none(&l) => layout_of(&l, vm)?,
            _ => a.layout,
        };
        let readonly = match given(3, "readonly") {
            Some(r) if !vm.is_none(&r) => r.try_to_bool(vm)?,
            _ => a.readonly,
        };
        array_of(&dtype, ndim, layout, readonly, vm)
    }

    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let t = zelf.downcast_ref::<Self>().ok_or_else(|| vm.new_type_error("expected a Numba type"))?;
        Ok(vm.ctx.new_str(t.name()))
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let (function, argument): (_, PyObjectRef) = match &zelf.kind {
            NbType::Omitted(v) => ("Omitted", v.clone()),
            _ => ("type_from_text", vm.ctx.new_str(zelf.repr_text()).into()),
        };
        let function = vm.import("_numba", 0)?.get_attr(function, vm)?;
        Ok(vm.ctx.new_tuple(vec![function, vm.ctx.new_tuple(vec![argument]).into()]).into())
    }

    #[pymethod]
    fn __copy__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyRef<Self>, _memo: PyObjectRef) -> PyRef<Self> {
        zelf
    }
}

fn cast_python_value(t: &PyNbType, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match t.kind {
        NbType::Compiled(Type::Scalar(DType::Bool)) => Ok(vm.ctx.new_bool(value.try_to_bool(vm)?).into()),
        NbType::Compiled(Type::Scalar(d)) => vm.import("numpy", 0)?.get_attr(d.name(), vm)?.call((value,), vm),
        _ => Err(vm.new_not_implemented_error(format!("cannot make a {} of a Python value", t.name()))),
    }
}

fn layout_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Layout> {
    match obj.downcast_ref::<PyStr>().and_then(|s| s.to_str()) {
        Some("C") => Ok(Layout::C),
        Some("F") => Ok(Layout::F),
        Some("A") => Ok(Layout::A),
        _ => Err(vm.new_value_error("layout must be 'C', 'F' or 'A'")),
    }
}

impl Representable for PyNbType {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.repr_text())
    }
}

impl Constructor for PyNbType {
    type Args = FuncArgs;

    /// Type classes that can be called: `Array(dtype, ndim, layout)`,
    /// `UniTuple(t, n)`, `Tuple((t, …))`, `Optional(t)`, `NoneType(name)`,
    /// `Omitted(value)`. Gives the one object of the type.
    fn slot_new(cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let arg = |i: usize, name: &str| -> PyResult<PyObjectRef> {
            args.args.get(i).or_else(|| args.kwargs.get(name)).cloned().ok_or_else(|| {
                vm.new_type_error(format!("{}() missing required argument '{name}'", cls.name()))
            })
        };
        let name = cls.name().to_string();
        match name.as_str() {
            "Array" => {
                let dtype = arg(0, "dtype")?;
                let Some(dtype) = dtype.downcast_ref::<PyNbType>() else {
                    return Err(vm.new_type_error("dtype must be a Numba type"));
                };
                let ndim = arg(1, "ndim")?.try_to_value::<usize>(vm)?;
                let layout = arg(2, "layout")?;
                let layout = layout_of(&layout, vm)?;
                let readonly = match arg(3, "readonly") {
                    Ok(r) => r.try_to_bool(vm)?,
                    Err(_) => false,
                };
                array_of(dtype, ndim, layout, readonly, vm)
            }
            "UniTuple" => {
                let item = arg(0, "dtype")?;
                let item = expect_type(&item, vm)?;
                let count = arg(1, "count")?.try_to_value::<usize>(vm)?;
                if count > 1000 {
                    return Err(vm.new_value_error("tuple types have at most 1000 items"));
                }
                Ok(object_of(&Type::Tuple(vec![item; count].into())))
            }
            "Tuple" => {
                let items: Vec<PyObjectRef> = arg(0, "types")?.try_to_value(vm)?;
                let items = items.iter().map(|t| expect_type(t, vm)).collect::<PyResult<Vec<_>>>()?;
                Ok(object_of(&Type::Tuple(items.into())))
            }
            "Optional" => {
                let inner = arg(0, "typ")?;
                Ok(match expect_type(&inner, vm)? {
                    t @ (Type::Optional(_) | Type::None) => object_of(&t),
                    t => object_of(&Type::Optional(t.into())),
                })
            }
            "NoneType" => Ok(object_of(&Type::None)),
            "Omitted" => Ok(omitted(arg(0, "value")?)),
            _ => Err(vm.new_type_error(format!("cannot create '{name}' instances"))),
        }
    }

    fn py_new(_cls: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("cannot create 'Type' instances"))
    }
}

impl Callable for PyNbType {
    type Args = FuncArgs;

    /// With type arguments a signature returning this type, with one other
    /// value the NumPy scalar of this type.
    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if args.args.len() == 1 && args.args[0].downcast_ref::<PyNbType>().is_none() {
            return cast_python_value(zelf, args.args[0].clone(), vm);
        }
        Ok(Signature::new(zelf.as_object().to_owned(), args.args, vm).into_pyobject(vm))
    }
}

fn subscript(zelf: &Py<PyNbType>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let bad = || {
        let text = key.str(vm).map_or_else(|_| "?".to_owned(), |s| s.to_string());
        vm.new_key_error(
            vm.ctx
                .new_str(format!("Can only index numba types with slices with no start or stop, got {text}."))
                .into(),
        )
    };
    // For each axis: is it marked `::1`?
    let contiguous = |item: &PyObject| -> PyResult<bool> {
        let slice = item.downcast_ref::<PySlice>().ok_or_else(bad)?;
        let none = |o: Option<PyObjectRef>| o.is_none_or(|o| vm.is_none(&o));
        let start = item.get_attr("start", vm)?;
        if !none(Some(start)) || !vm.is_none(&slice.stop) {
            return Err(bad());
        }
        Ok(slice
            .step
            .as_ref()
            .and_then(|s| s.downcast_ref::<PyInt>())
            .is_some_and(|s| s.try_to_primitive::<i64>(vm).is_ok_and(|n| n == 1)))
    };
    let (ndim, layout) = match key.downcast_ref::<PyTuple>() {
        Some(axes) => {
            let marks = axes.iter().map(|a| contiguous(a)).collect::<PyResult<Vec<_>>>()?;
            let layout = match (marks.first(), marks.last()) {
                (Some(true), _) => Layout::F,
                (_, Some(true)) => Layout::C,
                _ => Layout::A,
            };
            (marks.len(), layout)
        }
        None => (1, if contiguous(key)? { Layout::C } else { Layout::A }),
    };
    array_of(zelf, ndim, layout, false, vm)
}

impl AsNumber for PyNbType {
    /// Types are true, also those without a length.
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods =
            PyNumberMethods { boolean: Some(|_, _| Ok(true)), ..PyNumberMethods::NOT_IMPLEMENTED };
        &METHODS
    }
}

impl AsMapping for PyNbType {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: rustpython_vm::atomic_func!(|mapping, vm| {
                let t = PyNbType::mapping_downcast(mapping);
                match &t.kind {
                    NbType::Compiled(Type::Tuple(ts)) => Ok(ts.len()),
                    kind => Err(vm.new_type_error(format!("object of type '{}' has no len()", class_name(kind)))),
                }
            }),
            subscript: rustpython_vm::atomic_func!(|mapping, needle, vm| subscript(
                PyNbType::mapping_downcast(mapping),
                needle,
                vm
            )),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
