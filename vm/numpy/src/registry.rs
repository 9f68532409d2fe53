//! What the native module contains, as tables: functions, ufuncs, classes, constants.

use crate::interop::PyNdArray;
use crate::ndarray::methods;
use crate::ufunc::PyUFunc;
use crate::random::generator::{self, PyGenerator};
use crate::random::legacy::PyRandomState;
use crate::{counting, creation, dtype, errstate, exceptions, joining, linear, ndarray, products, queries, reductions, selection, text};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::PyModule,
    class::{PyClassImpl, StaticType},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};
use std::sync::OnceLock;
use taipan_runtime::ufunc::{ALIASES, UFUNCS};

macro_rules! function_table {
    ($($name:literal => $function:expr),* $(,)?) => {
        &[$(PyMethodDef::new_const($name, $function, PyMethodFlags::EMPTY, ItemDoc::NONE)),*]
    };
}

/// A module function whose first argument `a` is the array of a method.
macro_rules! method_functions {
    ($($name:literal => $method:path),* $(,)?) => {
        &[$(PyMethodDef::new_const(
            $name,
            |args: FuncArgs, vm: &VirtualMachine| {
                let (first, rest) = crate::args::split_first(args, $name, "a", vm)?;
                $method(first, rest, vm)
            },
            PyMethodFlags::EMPTY,
            ItemDoc::NONE,
        )),*]
    };
}

/// Functions with their own argument lists.
static FUNCTIONS: &[PyMethodDef] = function_table! {
    "array" => creation::array,
    "asarray" => creation::asarray,
    "asanyarray" => creation::asarray,
    "ascontiguousarray" => creation::ascontiguousarray,
    "asfortranarray" => creation::asfortranarray,
    "copy" => creation::copy,
    "zeros" => creation::zeros,
    "ones" => creation::ones,
    "empty" => creation::empty,
    "full" => creation::full,
    "zeros_like" => creation::zeros_like,
    "ones_like" => creation::ones_like,
    "empty_like" => creation::empty_like,
    "full_like" => creation::full_like,
    "arange" => creation::arange,
    "frombuffer" => creation::frombuffer,
    "fromiter" => creation::fromiter,
    "_rebuild_array" => creation::rebuild_array,
    "astype" => creation::astype_function,
    "reshape" => methods::reshape_function,
    "count_nonzero" => reductions::count_nonzero,
    "sort" => selection::sort,
    "array2string" => text::array2string,
    "array_repr" => text::array_repr,
    "array_str" => text::array_str,
    "set_printoptions" => text::set_printoptions,
    "get_printoptions" => text::get_printoptions,
    "format_float_positional" => text::format_float_positional,
    "format_float_scientific" => text::format_float_scientific,
    "geterr" => queries::geterr,
    "seterr" => queries::seterr,
    "seterrcall" => queries::seterrcall,
    "geterrcall" => queries::geterrcall,
    "promote_types" => queries::promote_types,
    "result_type" => queries::result_type,
    "can_cast" => queries::can_cast,
    "issubdtype" => queries::issubdtype,
    "may_share_memory" => queries::may_share_memory,
    "shares_memory" => queries::may_share_memory,
    "broadcast_to" => queries::broadcast_to,
    "_broadcast_shapes" => queries::broadcast_shapes,
    "concatenate" => joining::concatenate,
    "_vstack" => joining::vstack,
    "_hstack" => joining::hstack,
    "_stack" => joining::stack,
    "_linspace" => creation::linspace,
    "_eye" => creation::eye,
    "where" => queries::where_function,
    "_as_strided" => queries::as_strided,
    "_machine_limits" => queries::machine_limits,
    "_default_rng" => generator::default_rng,
    "matmul" => products::matmul,
    "_solve" => linear::solve,
    "_inv" => linear::inv,
    "_det" => linear::det,
    "_slogdet" => linear::slogdet,
    "_bincount" => counting::bincount,
    "_interp" => counting::interp,
    "inner" => products::inner,
    "vdot" => products::vdot,
};

/// Functions that are the array methods of the same name.
static METHOD_FUNCTIONS: &[PyMethodDef] = method_functions! {
    "transpose" => methods::transpose,
    "ravel" => methods::ravel,
    "squeeze" => methods::squeeze,
    "swapaxes" => methods::swapaxes,
    "diagonal" => methods::diagonal,
    "sum" => reductions::sum,
    "prod" => reductions::prod,
    "min" => reductions::min,
    "max" => reductions::max,
    "amin" => reductions::min,
    "amax" => reductions::max,
    "mean" => reductions::mean,
    "std" => reductions::std,
    "var" => reductions::var,
    "any" => reductions::any,
    "all" => reductions::all,
    "argmin" => reductions::argmin,
    "argmax" => reductions::argmax,
    "cumsum" => reductions::cumsum,
    "cumprod" => reductions::cumprod,
    "round" => selection::round,
    "around" => selection::round,
    "clip" => selection::clip,
    "dot" => selection::dot,
    "take" => selection::take,
    "repeat" => selection::repeat,
    "argsort" => selection::argsort,
    "argpartition" => selection::argpartition,
    "searchsorted" => selection::searchsorted,
    "trace" => selection::trace,
};

fn ready() {
    static READY: OnceLock<()> = OnceLock::new();
    READY.get_or_init(|| {
        let _ = crate::scalar::types();
        dtype::init();
        ndarray::init();
        let ufunc = PyUFunc::make_static_type();
        ufunc.slots().vectorcall.store(Some(crate::ufunc::vectorcall));
        let random = PyRandomState::make_static_type();
        // The type object lives for the whole process (its static cell holds it).
        drop(random);
        crate::random::legacy::init(PyRandomState::static_type());
        let generator_type = PyGenerator::make_static_type();
        drop(generator_type);
        generator::init();
    });
}

/// Fills the native module.
pub fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    ready();
    let object = module.as_object();
    let set = |name: &str, value: PyObjectRef| object.set_attr(vm.ctx.intern_str(name), value, vm);
    for def in FUNCTIONS.iter().chain(METHOD_FUNCTIONS) {
        set(def.name, def.build_function(&vm.ctx).into())?;
    }
    for ufunc in UFUNCS {
        set(ufunc.name, PyUFunc::new(ufunc, ufunc.name).into_ref(&vm.ctx).into())?;
    }
    for (alias, name) in ALIASES {
        set(alias, object.get_attr(vm.ctx.intern_str(*name), vm)?)?;
    }
    for (name, class) in crate::scalar::types().all() {
        set(name, class.to_owned().into())?;
    }
    set("ndarray", PyNdArray::static_type().to_owned().into())?;
    set("dtype", dtype::PyDType::static_type().to_owned().into())?;
    set("ufunc", PyUFunc::static_type().to_owned().into())?;
    set("flatiter", ndarray::flat::PyFlatIter::static_type().to_owned().into())?;
    set("RandomState", PyRandomState::static_type().to_owned().into())?;
    set("Generator", PyGenerator::static_type().to_owned().into())?;
    set("_global_random_state", crate::random::legacy::global(vm).into())?;
    set("True_", crate::scalar::types().bool(true))?;
    set("False_", crate::scalar::types().bool(false))?;
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("euler_gamma", 0.577_215_664_901_532_9),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        set(name, vm.ctx.new_float(value).into())?;
    }
    set("newaxis", vm.ctx.none())?;
    exceptions::add_to_module(module, vm)?;
    let _ = errstate::to_dict(vm)?;
    Ok(())
}
