//! `numpy.random.Generator` over PCG64, with the streams of `np.random.default_rng`.

use super::Check::{Any, NonNegative, OpenProbability, Positive, Probability};
use super::legacy::{pick, probabilities, running_sums, without_replacement};
use super::{Bound, Distribution, Draw, bounds_of_each, draw, finite_range, integer_bound, object, read_parameters, room, size_argument};
use crate::args::{self, parse, present};
use crate::convert::array_from_object;
use crate::exceptions::OrRaise;
use crate::interop::{array_or_scalar, as_array};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStrRef, PyType},
    class::StaticType,
    common::lock::PyMutex,
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    pyclass,
    types::Representable,
};
use taipan_runtime::dtype::DType;
use taipan_runtime::random::seed_sequence::entropy_words;
use taipan_runtime::random::{BitSource, Pcg64, SeedSequence, bounded, distributions, generator};
use taipan_runtime::{Array, Index};

/// A random generator on PCG64.
#[pyclass(module = "numpy.random._generator", name = "Generator")]
#[derive(PyPayload)]
pub struct PyGenerator {
    source: PyMutex<Pcg64>,
}

impl std::fmt::Debug for PyGenerator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Generator(PCG64)")
    }
}

/// Every distribution that draws one number per element.
static DISTRIBUTIONS: &[Distribution<Pcg64>] = &[
    Distribution {
        name: "normal",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| p[0] + p[1] * generator::standard_normal(s)),
    },
    Distribution {
        name: "lognormal",
        params: &[("mean", Some(0.0), Any), ("sigma", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| (p[0] + p[1] * generator::standard_normal(s)).exp()),
    },
    Distribution {
        name: "exponential",
        params: &[("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| p[0] * generator::standard_exponential(s)),
    },
    Distribution {
        name: "standard_gamma",
        params: &[("shape", None, NonNegative)],
        draw: Draw::Float(|s, p| generator::standard_gamma(s, p[0])),
    },
    Distribution {
        name: "gamma",
        params: &[("shape", None, NonNegative), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| p[1] * generator::standard_gamma(s, p[0])),
    },
    Distribution {
        name: "beta",
        params: &[("a", None, Positive), ("b", None, Positive)],
        draw: Draw::Float(|s, p| generator::beta(s, p[0], p[1])),
    },
    Distribution {
        name: "chisquare",
        params: &[("df", None, Positive)],
        draw: Draw::Float(|s, p| generator::chisquare(s, p[0])),
    },
    Distribution {
        name: "noncentral_chisquare",
        params: &[("df", None, Positive), ("nonc", None, NonNegative)],
        draw: Draw::Float(|s, p| generator::noncentral_chisquare(s, p[0], p[1])),
    },
    Distribution {
        name: "f",
        params: &[("dfnum", None, Positive), ("dfden", None, Positive)],
        draw: Draw::Float(|s, p| generator::f(s, p[0], p[1])),
    },
    Distribution {
        name: "noncentral_f",
        params: &[("dfnum", None, Positive), ("dfden", None, Positive), ("nonc", None, NonNegative)],
        draw: Draw::Float(|s, p| generator::noncentral_f(s, p[0], p[1], p[2])),
    },
    Distribution {
        name: "standard_cauchy",
        params: &[],
        draw: Draw::Float(|s, _| generator::standard_cauchy(s)),
    },
    Distribution {
        name: "standard_t",
        params: &[("df", None, Positive)],
        draw: Draw::Float(|s, p| generator::standard_t(s, p[0])),
    },
    Distribution {
        name: "pareto",
        params: &[("a", None, Positive)],
        draw: Draw::Float(|s, p| generator::pareto(s, p[0])),
    },
    Distribution {
        name: "weibull",
        params: &[("a", None, NonNegative)],
        draw: Draw::Float(|s, p| generator::weibull(s, p[0])),
    },
    Distribution {
        name: "power",
        params: &[("a", None, Positive)],
        draw: Draw::Float(|s, p| generator::power(s, p[0])),
    },
    Distribution {
        name: "rayleigh",
        params: &[("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| generator::rayleigh(s, p[0])),
    },
    Distribution {
        name: "wald",
        params: &[("mean", None, Positive), ("scale", None, Positive)],
        draw: Draw::Float(|s, p| generator::wald(s, p[0], p[1])),
    },
    Distribution {
        name: "laplace",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| distributions::laplace(s, p[0], p[1])),
    },
    Distribution {
        name: "gumbel",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| distributions::gumbel(s, p[0], p[1])),
    },
    Distribution {
        name: "logistic",
        params: &[("loc", Some(0.0), Any), ("scale", Some(1.0), NonNegative)],
        draw: Draw::Float(|s, p| distributions::logistic(s, p[0], p[1])),
    },
    Distribution {
        name: "vonmises",
        params: &[("mu", None, Any), ("kappa", None, NonNegative)],
        draw: Draw::Float(|s, p| generator::vonmises(s, p[0], p[1])),
    },
    Distribution {
        name: "triangular",
        params: &[("left", None, Any), ("mode", None, Any), ("right", None, Any)],
        draw: Draw::Float(|s, p| distributions::triangular(s, p[0], p[1], p[2])),
    },
    Distribution {
        name: "poisson",
        params: &[("lam", Some(1.0), NonNegative)],
        draw: Draw::Int(|s, p| distributions::poisson(s, p[0])),
    },
    Distribution {
        name: "binomial",
        params: &[("n", None, NonNegative), ("p", None, Probability)],
        draw: Draw::Int(|s, p| distributions::binomial(s, p[0] as i64, p[1])),
    },
    Distribution {
        name: "negative_binomial",
        params: &[("n", None, Positive), ("p", None, OpenProbability)],
        draw: Draw::Int(|s, p| generator::negative_binomial(s, p[0], p[1])),
    },
    Distribution {
        name: "geometric",
        params: &[("p", None, OpenProbability)],
        draw: Draw::Int(|s, p| generator::geometric(s, p[0])),
    },
];

fn own<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyGenerator>> {
    zelf.downcast_ref::<PyGenerator>()
        .ok_or_else(|| vm.new_type_error("expected a Generator"))
}

/// A call of the distribution numbered `index`.
fn sample(index: usize, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let distribution = &DISTRIBUTIONS[index];
    let (params, size) = read_parameters(distribution, args, vm)?;
    draw(&mut *own(zelf, vm)?.source.lock(), distribution, params, size, vm)
}

/// `random`, `standard_normal`, `standard_exponential`: double or single precision.
fn plain(
    zelf: &PyObject,
    function: &str,
    args: FuncArgs,
    double: fn(&mut Pcg64) -> f64,
    single: fn(&mut Pcg64) -> f32,
    vm: &VirtualMachine,
) -> PyResult {
    let [size, dtype, method, out] = parse(args, function, ["size", "dtype", "method", "out"], 0, vm)?;
    if let Some(method) = present(&method, vm)
        && method.str(vm)?.to_string() != "zig"
    {
        return Err(vm.new_not_implemented_error("only the 'zig' method is available in this version"));
    }
    let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::F64);
    let target = match present(&out, vm) {
        Some(out) => Some(as_array(out).ok_or_else(|| vm.new_type_error("out must be an array"))?),
        None => None,
    };
    let size = match target {
        Some(target) => Some(target.shape().to_vec()),
        None => size_argument(&size, vm)?,
    };
    let mut source = own(zelf, vm)?.source.lock();
    let array = match (dtype, &size) {
        (DType::F64, None) => return Ok(vm.ctx.new_float(double(&mut source)).into()),
        (DType::F32, None) => return Ok(vm.ctx.new_float(f64::from(single(&mut source))).into()),
        (DType::F64, Some(shape)) => {
            taipan_runtime::random::fill(shape, || double(&mut source)).or_raise(vm)?
        }
        (DType::F32, Some(shape)) => {
            let count = room(shape, DType::F32, vm)?;
            let values: Vec<f32> = (0..count).map(|_| single(&mut source)).collect();
            Array::from_slice(shape, &values).or_raise(vm)?
        }
        (other, _) => {
            return Err(vm.new_type_error(format!("Unsupported dtype dtype('{other}') for {function}")));
        }
    };
    drop(source);
    if let (Some(target), Some(out)) = (target, &out) {
        target.assign(&array).or_raise(vm)?;
        return Ok(out.clone());
    }
    Ok(object(array, vm))
}

impl Representable for PyGenerator {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let address = zelf.as_object().get_id();
        Ok(format!("Generator(PCG64) at 0x{address:X}"))
    }
}

/// The words of entropy in a seed: an integer or a sequence of integers.
fn entropy(seed: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u32>> {
    let bad = || vm.new_value_error("expected non-negative integer");
    if let Some(int) = seed.downcast_ref::<PyInt>() {
        let value = int.as_bigint();
        if let Some(small) = value.to_u128() {
            return Ok(entropy_words(small));
        }
        if value.to_f64().is_some_and(|f| f < 0.0) {
            return Err(bad());
        }
        let (_, digits) = value.to_u32_digits();
        return Ok(digits);
    }
    let array = array_from_object(seed, None, vm)?;
    if !array.dtype().is_integer() {
        let repr = seed.repr(vm)?;
        return Err(vm.new_type_error(format!(
            "SeedSequence expects int or sequence of ints for entropy not {repr}"
        )));
    }
    let mut words = Vec::new();
    for value in array.to_vec::<i64>().or_raise(vm)? {
        words.extend(entropy_words(u128::try_from(value).map_err(|_| bad())?));
    }
    Ok(words)
}

/// `np.random.default_rng(seed=None)`
pub fn default_rng(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [seed] = parse(args, "default_rng", ["seed"], 0, vm)?;
    if let Some(seed) = &seed
        && seed.downcastable::<PyGenerator>()
    {
        return Ok(seed.clone());
    }
    let words = match present(&seed, vm) {
        Some(seed) => entropy(seed, vm)?,
        None => {
            let mut state = taipan_runtime::random::RandomState::from_entropy();
            (0..4).map(|_| state.bits.next_u32()).collect()
        }
    };
    let source = PyMutex::new(Pcg64::new(&SeedSequence::new(&words, &[])));
    Ok(PyGenerator { source }.into_ref(&vm.ctx).into())
}

/// The positions of a shuffled axis of length `n`.
fn shuffled(source: &mut Pcg64, n: usize) -> Vec<i64> {
    let mut positions: Vec<i64> = (0..n as i64).collect();
    bounded::shuffle(source, n, |i, j| positions.swap(i, j));
    positions
}

fn along(array: &Array, axis: usize, positions: &[i64], vm: &VirtualMachine) -> PyResult<Array> {
    let mut entries = vec![Index::ALL; axis];
    entries.push(Index::Array(Array::from_vec(positions).or_raise(vm)?));
    array.index(&entries).or_raise(vm)
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Representable))]
impl PyGenerator {
    #[pyslot]
    fn slot_str(_zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        Ok(vm.ctx.new_str("Generator(PCG64)"))
    }

    #[pymethod]
    fn random(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [size, dtype, out] = parse(args, "random", ["size", "dtype", "out"], 0, vm)?;
        let none = || vm.ctx.none();
        let all = vec![
            size.unwrap_or_else(none),
            dtype.unwrap_or_else(none),
            vm.ctx.none(),
            out.unwrap_or_else(none),
        ];
        plain(&zelf, "random", all.into(), |s| s.next_double(), generator::next_float, vm)
    }

    #[pymethod]
    fn standard_normal(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [size, dtype, out] = parse(args, "standard_normal", ["size", "dtype", "out"], 0, vm)?;
        let none = || vm.ctx.none();
        let all = vec![
            size.unwrap_or_else(none),
            dtype.unwrap_or_else(none),
            vm.ctx.none(),
            out.unwrap_or_else(none),
        ];
        let single = |s: &mut Pcg64| generator::standard_normal_single(s);
        plain(&zelf, "standard_normal", all.into(), generator::standard_normal, single, vm)
    }

    #[pymethod]
    fn standard_exponential(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let double = |s: &mut Pcg64| generator::standard_exponential(s);
        let single = |s: &mut Pcg64| generator::standard_exponential_single(s);
        plain(&zelf, "standard_exponential", args, double, single, vm)
    }

    #[pymethod]
    fn uniform(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        static UNIFORM: Distribution<Pcg64> = Distribution {
            name: "uniform",
            params: &[("low", Some(0.0), Any), ("high", Some(1.0), Any)],
            draw: Draw::Float(|s, p| distributions::uniform(s, p[0], p[1])),
        };
        let (mut params, size) = read_parameters(&UNIFORM, args, vm)?;
        params[1] = finite_range(&params[0], &params[1], "high - low range exceeds valid bounds", vm)?;
        draw(&mut *zelf.source.lock(), &UNIFORM, params, size, vm)
    }

    #[pymethod]
    fn integers(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let names = ["low", "high", "size", "dtype", "endpoint"];
        let [low, high, size, dtype, endpoint] = parse(args, "integers", names, 1, vm)?;
        let (low, high) = match (low, high.filter(|h| !vm.is_none(h))) {
            (Some(high), None) => (vm.ctx.new_int(0).into(), high),
            (Some(low), Some(high)) => (low, high),
            (None, _) => return Err(vm.new_type_error("integers() missing required argument 'low'")),
        };
        let dtype = args::to_dtype(&dtype, vm)?.unwrap_or(DType::I64);
        let endpoint = i128::from(args::to_bool(&endpoint, false, vm)?);
        let (low, high) = match (integer_bound(&low, vm)?, integer_bound(&high, vm)?) {
            (Bound::One(low), Bound::One(high)) => (low, high + endpoint),
            (lows, highs) => {
                let size = size_argument(&size, vm)?;
                let (lows, highs, shape) = bounds_of_each(lows, highs, size, endpoint, vm)?;
                let mut source = zelf.source.lock();
                let array = bounded::integers_each(&mut *source, &lows, &highs, &shape, dtype, false);
                drop(source);
                return Ok(object(array.or_raise(vm)?, vm));
            }
        };
        let size = size_argument(&size, vm)?;
        let shape: &[usize] = size.as_deref().unwrap_or(&[]);
        let array = {
            let mut source = zelf.source.lock();
            bounded::integers(&mut *source, low, high, shape, dtype, false).or_raise(vm)?
        };
        match size {
            None => array_or_scalar(array, vm),
            Some(_) => Ok(object(array, vm)),
        }
    }

    #[pymethod]
    fn bytes(zelf: &Py<Self>, length: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let n = room(&[args::to_isize(&length, vm)?.max(0) as usize], DType::U8, vm)?;
        let mut source = zelf.source.lock();
        let mut bytes: Vec<u8> =
            (0..n.div_ceil(4)).flat_map(|_| source.next_u32().to_le_bytes()).collect();
        bytes.truncate(n);
        Ok(vm.ctx.new_bytes(bytes).into())
    }

    #[pymethod]
    fn shuffle(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [x, axis] = parse(args, "shuffle", ["x", "axis"], 1, vm)?;
        let Some(x) = x else { return Ok(()) };
        if let Some(array) = as_array(&x) {
            array.check_writeable().or_raise(vm)?;
            let axis = array.axis(args::optional_isize(&axis, vm)?.unwrap_or(0)).or_raise(vm)?;
            let positions = shuffled(&mut zelf.source.lock(), array.shape()[axis]);
            let mixed = along(array, axis, &positions, vm)?;
            array.assign(&mixed).or_raise(vm)?;
            return Ok(());
        }
        let Some(list) = x.downcast_ref::<PyList>() else {
            return Err(vm.new_type_error("only arrays and lists can be shuffled in place"));
        };
        let old = list.borrow_vec().to_vec();
        let positions = shuffled(&mut zelf.source.lock(), old.len());
        let new = positions.into_iter().filter_map(|i| old.get(i as usize).cloned()).collect();
        *list.borrow_vec_mut() = new;
        Ok(())
    }

    #[pymethod]
    fn permutation(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [x, axis] = parse(args, "permutation", ["x", "axis"], 1, vm)?;
        let Some(x) = x else { return Ok(vm.ctx.none()) };
        let array = array_from_object(&x, None, vm)?;
        if array.ndim() == 0 {
            let n = room(&[args::to_isize(&x, vm)?.max(0) as usize], DType::I64, vm)?;
            let positions = shuffled(&mut zelf.source.lock(), n);
            return Ok(object(Array::from_vec(&positions).or_raise(vm)?, vm));
        }
        let axis = array.axis(args::optional_isize(&axis, vm)?.unwrap_or(0)).or_raise(vm)?;
        let positions = shuffled(&mut zelf.source.lock(), array.shape()[axis]);
        Ok(object(along(&array, axis, &positions, vm)?, vm))
    }

    #[pymethod]
    fn choice(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let names = ["a", "size", "replace", "p", "axis", "shuffle"];
        let [a, size, replace, p, axis, shuffle] = parse(args, "choice", names, 1, vm)?;
        let Some(a) = a else { return Ok(vm.ctx.none()) };
        let source_array = array_from_object(&a, None, vm)?;
        let axis = match source_array.ndim() {
            0 => 0,
            _ => source_array.axis(args::optional_isize(&axis, vm)?.unwrap_or(0)).or_raise(vm)?,
        };
        let population = match source_array.ndim() {
            0 => {
                let n = args::to_isize(&a, vm)
                    .map_err(|_| vm.new_value_error("a must be a sequence or an integer, not a number"))?;
                usize::try_from(n)
                    .map_err(|_| vm.new_value_error("a must be a positive integer unless no samples are taken"))?
            }
            _ => source_array.shape()[axis],
        };
        let size = size_argument(&size, vm)?;
        let count = room(size.as_deref().unwrap_or(&[]), DType::I64, vm)?;
        if population == 0 && count > 0 {
            return Err(vm.new_value_error("a cannot be empty unless no samples are taken"));
        }
        let replace = args::to_bool(&replace, true, vm)?;
        let shuffle = args::to_bool(&shuffle, true, vm)?;
        let weights = match present(&p, vm) {
            Some(p) => Some(probabilities(p, population, vm)?),
            None => None,
        };
        if !replace && count > population {
            return Err(vm.new_value_error("Cannot take a larger sample than population when replace is False"));
        }
        let mut source = zelf.source.lock();
        let positions = match (replace, weights) {
            (true, None) => {
                let drawn =
                    bounded::integers(&mut *source, 0, population as i128, &[count], DType::I64, false);
                drawn.and_then(|d| d.to_vec::<i64>()).or_raise(vm)?
            }
            (true, Some(p)) => {
                let mut sums = running_sums(&p);
                let last = sums.last().copied().unwrap_or(1.0);
                sums.iter_mut().for_each(|s| *s /= last);
                (0..count)
                    .map(|_| {
                        let u = source.next_double();
                        sums.partition_point(|s| *s <= u) as i64
                    })
                    .collect()
            }
            (false, None) => generator::choose_distinct(&mut *source, population, count, shuffle),
            (false, Some(p)) => without_replacement(|| source.next_double(), p, count, vm)?,
        };
        drop(source);
        if source_array.ndim() > 1 {
            let chosen = along(&source_array, axis, &positions, vm)?;
            return Ok(object(chosen, vm));
        }
        if source_array.ndim() == 0 {
            let shape: &[usize] = size.as_deref().unwrap_or(&[]);
            return array_or_scalar(Array::from_slice(shape, &positions).or_raise(vm)?, vm);
        }
        pick(Some(&source_array), &positions, size.as_deref(), vm)
    }
}

/// One method per row of the table of distributions.
static TABLE_METHODS: &[PyMethodDef] = table_methods! {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
};

/// Makes the class complete: the methods of the table.
pub fn init() {
    let class: &'static Py<PyType> = PyGenerator::static_type();
    class.extend_methods(TABLE_METHODS, Context::genesis());
}
