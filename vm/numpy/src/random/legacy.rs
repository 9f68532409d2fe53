//! `numpy.random.RandomState`: the legacy generator with NumPy's exact stream.
//! The module functions (`np.random.rand` …) are methods of one global object.

use super::Check::{AboveOne, Any, FromOne, NonNegative, OpenProbability, Positive, Probability, ProbabilityBelowOne};
use super::{
    Bound, Distribution, Draw, bounds_of_each, draw, finite_range, float_object, integer_bound, object, read_parameters, room,
    size_argument,
};
use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::exceptions::OrRaise;
use crate::interop::as_array;
use crate::scalar::to_python;
use num_traits::{Signed, ToPrimitive};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStr, PyStrRef, PyTuple, PyTypeRef},
    common::lock::PyMutex,
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    pyclass,
    types::{Constructor, Representable},
};
use taipan_runtime::dtype::DType;
use taipan_runtime::random::mt19937::STATE_LEN;
use taipan_runtime::random::{BitSource, Mt19937, RandomState, bounded, distributions};
use taipan_runtime::{Array, Index, Order};

/// The legacy random generator on a Mersenne Twister.
#[pyclass(module = "numpy.random.mtrand", name = "RandomState")]
#[derive(PyPayload)]
pub struct PyRandomState {
    state: PyMutex<RandomState>,
}

impl std::fmt::Debug for PyRandomState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RandomState(MT19937)")
    }
}

/// Every distribution that draws one number per element.
static DISTRIBUTIONS: &[Distribution<RandomState>] = &[
    Distribution { name: "random_sample", params: &[], draw: Draw::Float(|r, _| r.random()) },
    Distribution { name: "standard_normal", params: &[], draw: Draw::Float(|r, _| r.standard_normal()) },
    Distribution { name: "standard_exponential", params: &[], draw: Draw::Float(|r, _| r.standard_exponential()) },
    Distribution { name: "standard_cauchy", params: &[], draw: Draw::Float(|r, _| r.standard_cauchy()) },
    Distribution {
        name: "normal",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| r.normal(p[0], p[1])),
    },
    Distribution {
        name: "lognormal",
        params: &[("mean", Some(0.0), Any), ("sigma", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| r.lognormal(p[0], p[1])),
    },
    Distribution {
        name: "exponential",
        params: &[("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| r.exponential(p[0])),
    },
    Distribution {
        name: "standard_gamma",
        params: &[("shape", None, NonNegative)],
        draw: Draw::Float(|r, p| r.standard_gamma(p[0])),
    },
    Distribution {
        name: "gamma",
        params: &[("shape", None, NonNegative), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| r.gamma(p[0], p[1])),
    },
    Distribution {
        name: "beta",
        params: &[("a", None, Positive), ("b", None, Positive)],
        draw: Draw::Float(|r, p| r.beta(p[0], p[1])),
    },
    Distribution {
        name: "chisquare",
        params: &[("df", None, Positive)],
        draw: Draw::Float(|r, p| r.chisquare(p[0])),
    },
    Distribution {
        name: "noncentral_chisquare",
        params: &[("df", None, Positive), ("nonc", None, NonNegative)],
        draw: Draw::Float(|r, p| r.noncentral_chisquare(p[0], p[1])),
    },
    Distribution {
        name: "f",
        params: &[("dfnum", None, Positive), ("dfden", None, Positive)],
        draw: Draw::Float(|r, p| r.f(p[0], p[1])),
    },
    Distribution {
        name: "noncentral_f",
        params: &[("dfnum", None, Positive), ("dfden", None, Positive), ("nonc", None, NonNegative)],
        draw: Draw::Float(|r, p| r.noncentral_f(p[0], p[1], p[2])),
    },
    Distribution {
        name: "standard_t",
        params: &[("df", None, Positive)],
        draw: Draw::Float(|r, p| r.standard_t(p[0])),
    },
    Distribution {
        name: "pareto",
        params: &[("a", None, Positive)],
        draw: Draw::Float(|r, p| r.pareto(p[0])),
    },
    Distribution {
        name: "weibull",
        params: &[("a", None, NonNegative)],
        draw: Draw::Float(|r, p| r.weibull(p[0])),
    },
    Distribution {
        name: "power",
        params: &[("a", None, Positive)],
        draw: Draw::Float(|r, p| r.power(p[0])),
    },
    Distribution {
        name: "rayleigh",
        params: &[("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| r.rayleigh(p[0])),
    },
    Distribution {
        name: "wald",
        params: &[("mean", None, Positive), ("scale", None, Positive)],
        draw: Draw::Float(|r, p| r.wald(p[0], p[1])),
    },
    Distribution {
        name: "laplace",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| distributions::laplace(&mut r.bits, p[0], p[1])),
    },
    Distribution {
        name: "gumbel",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| distributions::gumbel(&mut r.bits, p[0], p[1])),
    },
    Distribution {
        name: "logistic",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|r, p| distributions::logistic(&mut r.bits, p[0], p[1])),
    },
    Distribution {
        name: "vonmises",
        params: &[("mu", None, Any), ("kappa", None, NonNegative)],
        draw: Draw::Float(|r, p| distributions::vonmises(&mut r.bits, p[0], p[1])),
    },
    Distribution {
        name: "triangular",
        params: &[("left", None, Any), ("mode", None, Any), ("right", None, Any)],
        draw: Draw::Float(|r, p| distributions::triangular(&mut r.bits, p[0], p[1], p[2])),
    },
    Distribution {
        name: "poisson",
        params: &[("lam", Some(1.0), NonNegative)],
        draw: Draw::Int(|r, p| distributions::poisson(&mut r.bits, p[0])),
    },
    Distribution {
        name: "binomial",
        params: &[("n", None, NonNegative), ("p", None, Probability)],
        draw: Draw::Int(|r, p| distributions::binomial(&mut r.bits, p[0] as i64, p[1])),
    },
    Distribution {
        name: "negative_binomial",
        params: &[("n", None, Positive), ("p", None, OpenProbability)],
        draw: Draw::Int(|r, p| r.negative_binomial(p[0], p[1])),
    },
    Distribution {
        name: "geometric",
        params: &[("p", None, OpenProbability)],
        draw: Draw::Int(|r, p| distributions::geometric(&mut r.bits, p[0])),
    },
    Distribution {
        name: "zipf",
        params: &[("a", None, AboveOne)],
        draw: Draw::Int(|r, p| distributions::zipf(&mut r.bits, p[0])),
    },
    Distribution {
        name: "logseries",
        params: &[("p", None, ProbabilityBelowOne)],
        draw: Draw::Int(|r, p| distributions::logseries(&mut r.bits, p[0])),
    },
    Distribution {
        name: "hypergeometric",
        params: &[("ngood", None, NonNegative), ("nbad", None, NonNegative), ("nsample", None, FromOne)],
        draw: Draw::Int(|r, p| {
            distributions::hypergeometric(&mut r.bits, p[0] as i64, p[1] as i64, p[2] as i64)
        }),
    },
];

/// A call of the distribution numbered `index` in the table.
fn sample(index: usize, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let distribution = &DISTRIBUTIONS[index];
    let (params, size) = read_parameters(distribution, args, vm)?;
    draw(&mut *own(zelf, vm)?.state.lock(), distribution, params, size, vm)
}

fn own<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyRandomState>> {
    zelf.downcast_ref::<PyRandomState>()
        .ok_or_else(|| vm.new_type_error("expected a RandomState"))
}

/// The generator a seed argument stands for.
fn seeded(seed: Option<&PyObject>, vm: &VirtualMachine) -> PyResult<RandomState> {
    let Some(seed) = seed else {
        return Ok(RandomState::from_entropy());
    };
    let bad_range = || vm.new_value_error("Seed must be between 0 and 2**32 - 1");
    if let Some(int) = seed.downcast_ref::<PyInt>() {
        let word = int.as_bigint().to_u32().ok_or_else(bad_range)?;
        return Ok(RandomState::new(word));
    }
    let mut array = array_from_object(seed, None, vm)?;
    if as_array(seed).is_some() {
        // An array of one number seeds as the number does.
        array = array.squeeze(None).or_raise(vm)?;
    }
    if array.size() == 0 {
        return Err(vm.new_value_error("Seed must be non-empty"));
    }
    if !array.dtype().is_integer() {
        return Err(vm.new_type_error(format!(
            "Cannot cast {} from dtype('{}') to dtype('int64') according to the rule 'safe'",
            if array.ndim() == 0 { "scalar" } else { "array data" },
            array.dtype()
        )));
    }
    if array.ndim() > 1 {
        return Err(vm.new_value_error("Seed array must be 1-d"));
    }
    let values = array.to_vec::<i64>().or_raise(vm)?;
    let words = values
        .iter()
        .map(|&v| u32::try_from(v).map_err(|_| bad_range()))
        .collect::<PyResult<Vec<u32>>>()?;
    if array.ndim() == 0 {
        return Ok(RandomState::new(words[0]));
    }
    Ok(RandomState::from_words(&words))
}

impl Constructor for PyRandomState {
    type Args = FuncArgs;

    fn slot_new(cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [seed] = parse(args, "RandomState", ["seed"], 0, vm)?;
        let state = PyMutex::new(seeded(present(&seed, vm), vm)?);
        Ok(Self { state }.into_ref_with_type(vm, cls)?.into())
    }

    fn py_new(
        _cls: &Py<rustpython_vm::builtins::PyType>,
        _args: FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        Err(vm.new_type_error("RandomState objects are made by RandomState.__new__"))
    }
}

impl Representable for PyRandomState {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let address = zelf.as_object().get_id();
        Ok(format!("RandomState(MT19937) at 0x{address:X}"))
    }
}

/// `rand(d0, d1, …)` and `randn(d0, d1, …)`.
fn by_dimensions(name: &str, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let index = DISTRIBUTIONS.iter().position(|d| d.name == name).unwrap_or(0);
    let size = if args.args.is_empty() {
        None
    } else {
        let items = args.args.iter().map(|n| {
            args::to_isize(n, vm).and_then(|n| {
                usize::try_from(n).map_err(|_| vm.new_value_error("negative dimensions are not allowed"))
            })
        });
        Some(items.collect::<PyResult<Vec<usize>>>()?)
    };
    draw(&mut *own(zelf, vm)?.state.lock(), &DISTRIBUTIONS[index], Vec::new(), size, vm)
}

/// The positions of a random permutation of `0..n`.
fn permuted_positions(state: &mut RandomState, n: usize) -> Vec<i64> {
    let mut positions: Vec<i64> = (0..n as i64).collect();
    bounded::shuffle(&mut state.bits, n, |i, j| positions.swap(i, j));
    positions
}

/// Elements of `a` (or of `range(a)`) at `positions`.
pub(super) fn pick(a: Option<&Array>, positions: &[i64], shape: Option<&[usize]>, vm: &VirtualMachine) -> PyResult {
    let index = match shape {
        Some(shape) => Array::from_slice(shape, positions),
        None => Array::from_slice(&[], positions),
    }
    .or_raise(vm)?;
    match a {
        None if shape.is_none() => Ok(vm.ctx.new_int(positions[0]).into()),
        None => Ok(object(index, vm)),
        Some(array) => {
            let result = array.index(&[Index::Array(index)]).or_raise(vm)?;
            match shape {
                Some(_) => Ok(object(result, vm)),
                None => crate::interop::array_or_scalar(result, vm),
            }
        }
    }
}

#[pyclass(flags(BASETYPE), with(Constructor, Representable))]
impl PyRandomState {
    #[pyslot]
    fn slot_str(_zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        Ok(vm.ctx.new_str("RandomState(MT19937)"))
    }

    #[pymethod]
    fn seed(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [seed] = parse(args, "seed", ["seed"], 0, vm)?;
        let fresh = seeded(present(&seed, vm), vm)?;
        *zelf.state.lock() = fresh;
        Ok(())
    }

    #[pymethod]
    fn rand(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        by_dimensions("random_sample", &zelf, args, vm)
    }

    #[pymethod]
    fn randn(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        by_dimensions("standard_normal", &zelf, args, vm)
    }

    #[pymethod]
    fn uniform(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        static UNIFORM: Distribution<RandomState> = Distribution {
            name: "uniform",
            params: &[("low", Some(0.0), Any), ("range", Some(1.0), Any)],
            draw: Draw::Float(|r, p| distributions::uniform(&mut r.bits, p[0], p[1])),
        };
        let [low, high, size] = parse(args, "uniform", ["low", "high", "size"], 0, vm)?;
        let bound = |value: &Option<PyObjectRef>, default: f64| match value {
            Some(value) => array_from_object(value, Some(DType::F64), vm),
            None => Array::from_scalar(taipan_runtime::Scalar::Float(default), DType::F64).or_raise(vm),
        };
        let (low, high) = (bound(&low, 0.0)?, bound(&high, 1.0)?);
        let range = finite_range(&low, &high, "Range exceeds valid bounds", vm)?;
        let size = size_argument(&size, vm)?;
        draw(&mut *zelf.state.lock(), &UNIFORM, vec![low, range], size, vm)
    }

    #[pymethod]
    fn randint(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let names = ["low", "high", "size", "dtype"];
        let [low, high, size, dtype] = parse(args, "randint", names, 0, vm)?;
        let one_bound = high.as_ref().is_none_or(|h| vm.is_none(h));
        let (low, high) = match (low, high.filter(|h| !vm.is_none(h))) {
            (Some(high), None) => (vm.ctx.new_int(0).into(), high),
            (Some(low), Some(high)) => (low, high),
            (None, _) => return Err(vm.new_type_error("randint() takes at least 1 positional argument (0 given)")),
        };
        let python_bool = dtype.as_ref().is_some_and(|d| d.is(vm.ctx.types.bool_type));
        let python_int = dtype.as_ref().is_none_or(|d| d.is(vm.ctx.types.int_type));
        // `None` is no absent argument here but what it is for arrays.
        let dtype = match &dtype {
            Some(given) if vm.is_none(given) => DType::F64,
            given => args::to_dtype(given, vm)?.unwrap_or(DType::I64),
        };
        if dtype.int_bounds().is_none() {
            return Err(vm.new_type_error(format!("Unsupported dtype dtype('{dtype}') for randint")));
        }
        let nothing = |size: &PyObject| size_argument(&Some(size.to_owned()), vm).ok().flatten();
        if let Some(shape) = present(&size, vm).and_then(nothing)
            && shape.contains(&0)
        {
            return Ok(object(Array::empty(&shape, dtype, Order::C).or_raise(vm)?, vm));
        }
        let (low, high) = match (integer_bound(&low, vm)?, integer_bound(&high, vm)?) {
            (Bound::One(low), Bound::One(high)) => (low, high),
            (lows, highs) => {
                let size = size_argument(&size, vm)?;
                let (lows, highs, shape) = bounds_of_each(lows, highs, size, 0, vm)?;
                let mut state = zelf.state.lock();
                let array = bounded::integers_each(&mut state.bits, &lows, &highs, &shape, dtype, true);
                drop(state);
                return Ok(object(array.or_raise(vm)?, vm));
            }
        };
        let size = size_argument(&size, vm)?;
        if one_bound && high <= 0 {
            return Err(vm.new_value_error("high <= 0"));
        }
        let shape: &[usize] = size.as_deref().unwrap_or(&[]);
        let array = {
            let mut state = zelf.state.lock();
            bounded::integers(&mut state.bits, low, high, shape, dtype, true)
        };
        let array = array.or_raise(vm)?;
        if size.is_none() {
            let value = crate::interop::from_runtime(
                dtype,
                array.first().unwrap_or(taipan_runtime::Scalar::Int(0)),
            );
            return Ok(if python_int || python_bool {
                to_python(value, vm)
            } else {
                crate::scalar::to_object(value)
            });
        }
        Ok(object(array, vm))
    }

    /// Integers from 0 to the largest `int64`.
    #[pymethod]
    fn tomaxint(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [size] = parse(args, "tomaxint", ["size"], 0, vm)?;
        let size = size_argument(&size, vm)?;
        let mut state = zelf.state.lock();
        match size {
            None => Ok(vm.ctx.new_int(bounded::non_negative(&mut state.bits)).into()),
            Some(shape) => Ok(object(bounded::non_negatives(&mut state.bits, &shape).or_raise(vm)?, vm)),
        }
    }

    /// The deprecated way to integers of a closed range.
    #[pymethod]
    fn random_integers(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [low, high, size] = parse(args, "random_integers", ["low", "high", "size"], 1, vm)?;
        let low = low.unwrap_or_else(|| vm.ctx.none());
        let one: PyObjectRef = vm.ctx.new_int(1).into();
        let (low, high) = match present(&high, vm) {
            Some(high) => (low, high.to_owned()),
            None => (one.clone(), low),
        };
        let text = format!(
            "This function is deprecated. Please call randint({}, {} + 1) instead",
            low.str(vm)?,
            high.str(vm)?
        );
        crate::warnings::warn(vm.ctx.exceptions.deprecation_warning, &text, vm)?;
        let high: PyObjectRef = high.try_int(vm)?.into();
        let end = vm._add(&high, &one)?;
        let size = size.unwrap_or_else(|| vm.ctx.none());
        vm.call_method(&zelf, "randint", (low, end, size, vm.ctx.new_str("l")))
    }

    #[pymethod]
    fn shuffle(zelf: &Py<Self>, x: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(array) = as_array(&x) {
            array.check_writeable().or_raise(vm)?;
            if array.ndim() == 0 {
                return Err(vm.new_type_error("len() of unsized object"));
            }
            let positions = permuted_positions(&mut zelf.state.lock(), array.shape()[0]);
            let index = Array::from_vec(&positions).or_raise(vm)?;
            let mixed = array.index(&[Index::Array(index)]).or_raise(vm)?;
            array.assign(&mixed).or_raise(vm)?;
            return Ok(());
        }
        if let Some(list) = x.downcast_ref::<PyList>() {
            let n = list.borrow_vec().len();
            let positions = permuted_positions(&mut zelf.state.lock(), n);
            let old = list.borrow_vec().to_vec();
            let new: Vec<PyObjectRef> = positions
                .into_iter()
                .filter_map(|i| old.get(i as usize).cloned())
                .collect();
            let mut items = list.borrow_vec_mut();
            *items = new;
            drop(items);
            return Ok(());
        }
        let n = x.length(vm)?;
        let mut swaps = Vec::new();
        bounded::shuffle(&mut zelf.state.lock().bits, n, |i, j| swaps.push((i, j)));
        for (i, j) in swaps {
            let (i, j): (PyObjectRef, PyObjectRef) = (vm.ctx.new_int(i).into(), vm.ctx.new_int(j).into());
            let (a, b) = (x.get_item(&*i, vm)?, x.get_item(&*j, vm)?);
            x.set_item(&*i, b, vm)?;
            x.set_item(&*j, a, vm)?;
        }
        Ok(())
    }

    #[pymethod]
    fn permutation(zelf: &Py<Self>, x: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if let Some(n) = x.downcast_ref::<PyInt>() {
            let n = match n.as_bigint() {
                n if n.is_negative() => 0,
                n => n.to_usize().ok_or_else(|| vm.new_value_error("Maximum allowed dimension exceeded"))?,
            };
            room(&[n], DType::I64, vm)?;
            let positions = permuted_positions(&mut zelf.state.lock(), n);
            return Ok(object(Array::from_vec(&positions).or_raise(vm)?, vm));
        }
        let array = array_from_object(&x, None, vm)?;
        if array.ndim() == 0 {
            let integer = crate::scalar::scalar_value(&x, vm).is_some_and(|v| v.dtype.is_integer());
            if !integer {
                return Err(vm.new_index_error("x must be an integer or at least 1-dimensional"));
            }
            let n = room(&[args::to_isize(&x, vm)?.max(0) as usize], DType::I64, vm)?;
            let positions = permuted_positions(&mut zelf.state.lock(), n);
            return Ok(object(Array::from_vec(&positions).or_raise(vm)?, vm));
        }
        let positions = permuted_positions(&mut zelf.state.lock(), array.shape()[0]);
        pick(Some(&array), &positions, Some(&[positions.len()]), vm)
    }

    #[pymethod]
    fn choice(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [a, size, replace, p] = parse(args, "choice", ["a", "size", "replace", "p"], 1, vm)?;
        let Some(a) = a else { return Ok(vm.ctx.none()) };
        let source = array_from_object(&a, None, vm)?;
        let nothing = present(&size, vm)
            .and_then(|size| size_argument(&Some(size.to_owned()), vm).ok().flatten())
            .is_some_and(|shape| shape.contains(&0));
        let population = match source.ndim() {
            0 => {
                let n = args::to_isize(&a, vm)
                    .map_err(|_| vm.new_value_error("a must be 1-dimensional or an integer"))?;
                if n < 1 && !nothing {
                    return Err(vm.new_value_error("a must be greater than 0 unless no samples are taken"));
                }
                n.max(0) as usize
            }
            1 => source.size(),
            _ => return Err(vm.new_value_error("a must be 1-dimensional")),
        };
        let from = (source.ndim() == 1).then_some(&source);
        if population == 0 && !nothing {
            return Err(vm.new_value_error("'a' cannot be empty unless no samples are taken"));
        }
        let size = size_argument(&size, vm)?;
        if population == 0 {
            let dtype = from.map_or(DType::I64, Array::dtype);
            let shape = size.as_deref().unwrap_or(&[0]);
            return Ok(object(Array::empty(shape, dtype, Order::C).or_raise(vm)?, vm));
        }
        let count = room(size.as_deref().unwrap_or(&[]), DType::I64, vm)?;
        let replace = args::to_bool(&replace, true, vm)?;
        let weights = match present(&p, vm) {
            Some(p) => Some(probabilities(p, population, vm)?),
            None => None,
        };
        if !replace && count > population {
            return Err(vm.new_value_error(
                "Cannot take a larger sample than population when 'replace=False'",
            ));
        }
        if !replace {
            room(&[population], DType::I64, vm)?;
        }
        let mut guard = zelf.state.lock();
        let state: &mut RandomState = &mut guard;
        let positions = match (replace, weights) {
            (true, None) => {
                let drawn = bounded::integers(&mut state.bits, 0, population as i128, &[count], DType::I64, true);
                drawn.and_then(|d| d.to_vec::<i64>()).or_raise(vm)?
            }
            (true, Some(p)) => {
                let mut sums = running_sums(&p);
                let last = sums.last().copied().unwrap_or(1.0);
                sums.iter_mut().for_each(|s| *s /= last);
                (0..count)
                    .map(|_| {
                        let u = state.random();
                        sums.partition_point(|s| *s <= u) as i64
                    })
                    .collect()
            }
            (false, None) => {
                let mut all = permuted_positions(state, population);
                all.truncate(count);
                all
            }
            (false, Some(p)) => without_replacement(|| state.random(), p, count, vm)?,
        };
        drop(guard);
        pick(from, &positions, size.as_deref(), vm)
    }

    #[pymethod]
    fn bytes(zelf: &Py<Self>, length: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let n = args::to_isize(&length, vm)?.max(isize::MIN + 1);
        let mut state = zelf.state.lock();
        // C's division rounds towards zero, so that no bytes (and fewer) take a word, too; what
        // is handed out is `[:n]` of the words.
        let words = usize::try_from((n - 1) / 4 + 1)
            .map_err(|_| vm.new_value_error("negative dimensions are not allowed"))?;
        room(&[words], DType::U32, vm)?;
        let mut bytes: Vec<u8> = (0..words).flat_map(|_| state.bits.next_u32().to_le_bytes()).collect();
        let kept = if n < 0 { bytes.len().saturating_sub(n.unsigned_abs()) } else { n as usize };
        bytes.truncate(kept);
        Ok(vm.ctx.new_bytes(bytes).into())
    }

    #[pymethod]
    fn dirichlet(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [alpha, size] = parse(args, "dirichlet", ["alpha", "size"], 1, vm)?;
        let Some(alpha) = alpha else { return Ok(vm.ctx.none()) };
        let alpha = array_from_object(&alpha, Some(DType::F64), vm)?.to_vec::<f64>().or_raise(vm)?;
        if alpha.iter().any(|a| *a <= 0.0) {
            return Err(vm.new_value_error("alpha <= 0"));
        }
        let mut shape = size_argument(&size, vm)?.unwrap_or_default();
        shape.push(alpha.len());
        let mut values = vec![0.0; room(&shape, DType::F64, vm)?];
        let mut state = zelf.state.lock();
        for row in values.chunks_exact_mut(alpha.len().max(1)) {
            state.dirichlet(&alpha, row);
        }
        drop(state);
        Ok(object(Array::from_slice(&shape, &values).or_raise(vm)?, vm))
    }

    #[pymethod]
    fn multinomial(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [n, pvals, size] = parse(args, "multinomial", ["n", "pvals", "size"], 2, vm)?;
        let (Some(n), Some(pvals)) = (n, pvals) else { return Ok(vm.ctx.none()) };
        let n = args::to_isize(&n, vm)? as i64;
        let p = array_from_object(&pvals, Some(DType::F64), vm)?.to_vec::<f64>().or_raise(vm)?;
        if p.iter().any(|v| !(0.0..=1.0).contains(v)) {
            return Err(vm.new_value_error("pvals < 0, pvals > 1 or pvals contains NaNs"));
        }
        if n < 0 {
            return Err(vm.new_value_error("n < 0"));
        }
        if p.split_last().is_some_and(|(_, head)| head.iter().sum::<f64>() > 1.0 + 1e-12) {
            return Err(vm.new_value_error("sum(pvals[:-1]) > 1.0"));
        }
        let mut shape = size_argument(&size, vm)?.unwrap_or_default();
        shape.push(p.len());
        let mut counts = vec![0i64; room(&shape, DType::I64, vm)?];
        let mut state = zelf.state.lock();
        for row in counts.chunks_exact_mut(p.len().max(1)) {
            distributions::multinomial(&mut state.bits, n, &p, row);
        }
        drop(state);
        Ok(object(Array::from_slice(&shape, &counts).or_raise(vm)?, vm))
    }

    #[pymethod]
    fn get_state(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [legacy] = parse(args, "get_state", ["legacy"], 0, vm)?;
        let state = zelf.state.lock().clone();
        let (key, pos) = state.bits.state();
        let key = object(Array::from_vec(&key[..]).or_raise(vm)?, vm);
        let pos: PyObjectRef = vm.ctx.new_int(pos).into();
        let has_gauss: PyObjectRef = vm.ctx.new_int(i32::from(state.gauss.is_some())).into();
        let gauss = float_object(state.gauss.unwrap_or(0.0), vm);
        let name: PyObjectRef = vm.ctx.new_str("MT19937").into();
        if args::to_bool(&legacy, true, vm)? {
            return Ok(vm.ctx.new_tuple(vec![name, key, pos, has_gauss, gauss]).into());
        }
        let (dict, inner) = (vm.ctx.new_dict(), vm.ctx.new_dict());
        inner.set_item("key", key, vm)?;
        inner.set_item("pos", pos, vm)?;
        dict.set_item("bit_generator", name, vm)?;
        dict.set_item("state", inner.into(), vm)?;
        dict.set_item("has_gauss", has_gauss, vm)?;
        dict.set_item("gauss", gauss, vm)?;
        Ok(dict.into())
    }

    #[pymethod]
    fn set_state(zelf: &Py<Self>, state: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let (name, key, pos, gauss) = if let Some(dict) = state.downcast_ref::<rustpython_vm::builtins::PyDict>() {
            let get = |k: &str| dict.as_object().get_item(k, vm);
            let inner = get("state")?;
            let gauss = match get("has_gauss") {
                Ok(has) if has.try_to_bool(vm)? => {
                    let kept: PyObjectRef = get("gauss")?;
                    Some(args::to_f64(&kept, vm)?)
                }
                _ => None,
            };
            (get("bit_generator")?, inner.get_item("key", vm)?, inner.get_item("pos", vm)?, gauss)
        } else {
            if !state.downcastable::<PyTuple>() && !state.downcastable::<PyList>() {
                return Err(vm.new_type_error("state must be a dict or a tuple."));
            }
            let items = vm.extract_elements_with(&state, Ok)?;
            if items.first().is_none_or(|name| name.downcast_ref::<PyStr>().is_none_or(|n| n.to_string() != "MT19937")) {
                return Err(vm.new_value_error("set_state can only be used with legacy MT19937 state instances."));
            }
            if items.len() != 3 && items.len() != 5 {
                return Err(vm.new_value_error("state is not a valid MT19937 state"));
            }
            let gauss = match items.get(3) {
                Some(has) if has.clone().try_to_bool(vm)? => Some(args::to_f64(&items[4], vm)?),
                _ => None,
            };
            (items[0].clone(), items[1].clone(), items[2].clone(), gauss)
        };
        if name.downcast_ref::<PyStr>().is_none_or(|n| n.to_string() != "MT19937") {
            return Err(vm.new_value_error("set_state can only be used with legacy MT19937 state instances."));
        }
        let key = array_from_object(&key, Some(DType::U32), vm)?.to_vec::<u32>().or_raise(vm)?;
        let pos = args::to_isize(&pos, vm)?;
        let key: [u32; STATE_LEN] = key
            .try_into()
            .map_err(|_| vm.new_value_error("state is not a valid MT19937 state"))?;
        let pos = usize::try_from(pos).unwrap_or(0).min(STATE_LEN);
        let bits = Mt19937::from_state(key, pos);
        *zelf.state.lock() = RandomState { bits, gauss };
        Ok(())
    }
}

/// Checks `p=` of `choice`.
pub(super) fn probabilities(p: &PyObject, population: usize, vm: &VirtualMachine) -> PyResult<Vec<f64>> {
    let array = array_from_object(p, Some(DType::F64), vm)?;
    if array.ndim() != 1 {
        return Err(vm.new_value_error("'p' must be 1-dimensional"));
    }
    if array.size() != population {
        return Err(vm.new_value_error("'a' and 'p' must have same size"));
    }
    let values = array.to_vec::<f64>().or_raise(vm)?;
    let sum: f64 = values.iter().sum();
    if sum.is_nan() {
        return Err(vm.new_value_error("probabilities contain NaN"));
    }
    if values.iter().any(|v| *v < 0.0) {
        return Err(vm.new_value_error("probabilities are not non-negative"));
    }
    if (sum - 1.0).abs() > f64::EPSILON.sqrt() {
        return Err(vm.new_value_error("probabilities do not sum to 1"));
    }
    Ok(values)
}

pub(super) fn running_sums(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    values
        .iter()
        .map(|v| {
            sum += v;
            sum
        })
        .collect()
}

/// Weighted draws without replacement: draw for all that are missing, keep the
/// first of each, drop their weight, repeat.
pub(super) fn without_replacement(
    mut random: impl FnMut() -> f64,
    mut p: Vec<f64>,
    count: usize,
    vm: &VirtualMachine,
) -> PyResult<Vec<i64>> {
    if p.iter().filter(|v| **v > 0.0).count() < count {
        return Err(vm.new_value_error("Fewer non-zero entries in p than size"));
    }
    let mut found: Vec<i64> = Vec::with_capacity(count);
    while found.len() < count {
        let missing = count - found.len();
        let draws: Vec<f64> = (0..missing).map(|_| random()).collect();
        for &i in &found {
            p[i as usize] = 0.0;
        }
        let mut sums = running_sums(&p);
        let last = sums.last().copied().unwrap_or(1.0);
        sums.iter_mut().for_each(|s| *s /= last);
        let mut fresh: Vec<i64> = Vec::new();
        for u in draws {
            let i = sums.partition_point(|s| *s <= u) as i64;
            if !fresh.contains(&i) {
                fresh.push(i);
            }
        }
        found.extend(fresh);
    }
    Ok(found)
}

/// One method per row of the table of distributions.
static TABLE_METHODS: &[PyMethodDef] = table_methods! {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    26, 27, 28, 29, 30, 31,
};

/// Makes the class complete: the methods of the table and their aliases.
pub fn init(class: &'static Py<rustpython_vm::builtins::PyType>) {
    let ctx = rustpython_vm::Context::genesis();
    class.extend_methods(TABLE_METHODS, ctx);
    for alias in ["random", "ranf", "sample"] {
        if let Some(method) = class.get_attr(ctx.intern_str("random_sample")) {
            class.set_attr(ctx.intern_str(alias), method);
        }
    }
}

/// The global generator behind `np.random.rand` and its siblings.
pub fn global(vm: &VirtualMachine) -> PyRef<PyRandomState> {
    let state = PyMutex::new(RandomState::from_entropy());
    PyRandomState { state }.into_ref(&vm.ctx)
}
