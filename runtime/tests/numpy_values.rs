//! Values that NumPy 2.4 gives, for what is easy to get almost right: promotion, the order of
//! additions in sums, random streams, indexing.

use taipan_runtime::dtype::{DTYPES, Weak, can_cast, promote_types, promote_weak};
use taipan_runtime::random::{
    BitSource, Mt19937, Pcg64, RandomState, SeedSequence, bounded, distributions,
};
use taipan_runtime::reduce::{self, Reduction};
use taipan_runtime::ufunc::{self, CallOptions, Operand};
use taipan_runtime::{Array, Casting, DType, ErrorKind, FpFlags, Index, Order, Scalar};

/// Rows and columns in table order; hexadecimal digits number the result.
const PROMOTED: [&str; 14] = [
    "0123456789abcd",
    "11234234b9abcd",
    "22234234baabcd",
    "33334334bbbbdd",
    "44444444bbbbdd",
    "5223456789abcd",
    "633346678aabcd",
    "744447778bbbdd",
    "8bbbb8888bbbdd",
    "99abb9abb9abcd",
    "aaabbaabbaabcd",
    "bbbbbbbbbbbbdd",
    "cccddccddccdcd",
    "dddddddddddddd",
];

#[test]
fn promotion_table() {
    for (a, row) in DTYPES.iter().zip(PROMOTED) {
        for (b, expected) in DTYPES.iter().zip(row.chars()) {
            let index = expected.to_digit(16).unwrap() as usize;
            assert_eq!(
                promote_types(a.dtype, b.dtype),
                DTYPES[index].dtype,
                "{} with {}",
                a.name,
                b.name
            );
        }
    }
    assert_eq!(promote_weak(DType::U8, Weak::Float), DType::F64);
    assert_eq!(promote_weak(DType::F32, Weak::Float), DType::F32);
    assert_eq!(promote_weak(DType::F16, Weak::Complex), DType::C64);
    assert!(can_cast(DType::U8, DType::I16, Casting::Safe));
    assert!(!can_cast(DType::I64, DType::U64, Casting::SameKind));
    assert!(can_cast(DType::F64, DType::F32, Casting::SameKind));
}

fn sample(n: u64) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919) % 1000003) as f64 / 1000.0 - 300.0).collect()
}

fn total(array: &Array, axes: Option<&[isize]>, dtype: Option<DType>) -> Vec<f64> {
    let arguments = Reduction { axes, dtype, ..Default::default() };
    reduce::sum(array, &arguments).unwrap().0.to_vec::<f64>().unwrap()
}

fn slice(start: Option<i64>, step: i64) -> Index {
    Index::Slice { start, stop: None, step: Some(step) }
}

#[test]
fn sums_have_numpys_bits() {
    let a = Array::from_vec(&sample(1000)).unwrap();
    assert_eq!(total(&a, None, None), [f64::from_bits(0x4107bf10ef9db22d)]);
    let third = a.index(&[slice(None, 3)]).unwrap();
    assert_eq!(total(&third, None, None), [f64::from_bits(0x40f019b0fdf3b646)]);
    let single = a.astype(DType::F32, Order::C, Casting::Unsafe).unwrap().0;
    assert_eq!(total(&single, None, None), [f64::from_bits(0x4107bf1100000000)]);
    assert_eq!(total(&single, None, Some(DType::F64)), [f64::from_bits(0x4107bf10efb6a8a0)]);
    // Axes that do not merge are summed in whole rows.
    let cube = a.reshape(&[10, 10, 10], Order::C).unwrap();
    let gaps = cube.index(&[Index::Ellipsis, slice(None, 2)]).unwrap();
    assert_eq!(total(&gaps, None, None), [f64::from_bits(0x40f7a115020c49ba)]);
    assert_eq!(
        total(&gaps, Some(&[1, 2]), None)[..3],
        [0x40b1318ccccccccd, 0x40bf3c7126e978d5, 0x40c4afaa5e353f7d].map(f64::from_bits)
    );
    assert_eq!(
        total(&cube, Some(&[0]), None)[..2],
        [0x40998da0c49ba5e2, 0x409aca6353f7ceda].map(f64::from_bits)
    );
    // A conversion works in chunks of 8192.
    let long: Vec<f32> = sample(20000).into_iter().map(|v| v as f32).collect();
    let long = Array::from_vec(&long).unwrap();
    assert_eq!(total(&long, None, Some(DType::F64)), [f64::from_bits(0x414e676067879fba)]);
    let none = Reduction::default();
    let spread = reduce::var(&a, &none, 0.0).unwrap().0.to_vec::<f64>().unwrap();
    assert_eq!(spread, [f64::from_bits(0x40f406cfd07b6773)]);
}

#[test]
fn random_streams() {
    let mut r = RandomState::new(42);
    assert_eq!(r.random().to_bits(), 0x3fd7f8771e5f51ec);
    assert_eq!(r.random().to_bits(), 0x3fee6c4068bbd654);
    let mut r = Mt19937::from_words(&[1, 2, 3]);
    assert_eq!(r.next_double().to_bits(), 0x3fe383fbc97230c2);
    let mut r = RandomState::new(7);
    let normals: Vec<u64> = (0..3).map(|_| r.standard_normal().to_bits()).collect();
    assert_eq!(normals, [0x3ffb0c64ae2deb29, 0xbfddd1eafa1d414d, 0x3fa0cdcdf34c3aed]);
    let draw = |seed, low, high, dtype| {
        let mut bits = Mt19937::new(seed);
        bounded::integers(&mut bits, low, high, &[3], dtype, true).unwrap().to_vec::<i64>().unwrap()
    };
    assert_eq!(draw(7, 0, 100, DType::U8), [47, 8, 19]);
    assert_eq!(draw(7, 0, 1 << 40, DType::I64), [752595690692, 108744157686, 291964244179]);
    let mut order: Vec<i64> = (0..6).collect();
    bounded::shuffle(&mut Mt19937::new(7), 6, |i, j| order.swap(i, j));
    assert_eq!(order, [3, 5, 0, 2, 1, 4]);
    let mut bits = Mt19937::new(3);
    let counts: Vec<i64> = (0..5).map(|_| distributions::binomial(&mut bits, 1000, 0.4)).collect();
    assert_eq!(counts, [403, 397, 399, 388, 387]);
    let mut bits = Mt19937::new(3);
    let counts: Vec<i64> = (0..5).map(|_| distributions::poisson(&mut bits, 30.0)).collect();
    assert_eq!(counts, [31, 26, 23, 18, 32]);
    let mut pcg = Pcg64::new(&SeedSequence::new(&[42], &[]));
    assert_eq!(pcg.next_double().to_bits(), 0x3fe8c43f79a2db24);
    let mut pcg = Pcg64::new(&SeedSequence::new(&[42], &[]));
    let drawn = bounded::integers(&mut pcg, 0, 100, &[5], DType::I64, false).unwrap();
    assert_eq!(drawn.to_vec::<i64>().unwrap(), [8, 77, 65, 43, 43]);
}

fn grid() -> Array {
    let values: Vec<i64> = (0..24).collect();
    Array::from_slice(&[2, 3, 4], &values).unwrap()
}

fn picks(values: &[i64]) -> Index {
    Index::Array(Array::from_vec(values).unwrap())
}

#[test]
fn advanced_indices_place_their_axes() {
    let a = grid();
    // Adjacent index arrays stay in place, separated ones go first; an integer counts as one.
    let adjacent = a.index(&[Index::ALL, picks(&[0, 2]), picks(&[1, 3])]).unwrap();
    assert_eq!(adjacent.shape(), [2, 2]);
    assert_eq!(adjacent.to_vec::<i64>().unwrap(), [1, 11, 13, 23]);
    let separated = a.index(&[Index::Int(0), Index::ALL, picks(&[0, 1])]).unwrap();
    assert_eq!(separated.shape(), [2, 3]);
    assert_eq!(separated.to_vec::<i64>().unwrap(), [0, 4, 8, 1, 5, 9]);
    let mask = a.row(0).unwrap();
    let odd = ufunc::by_name("greater").unwrap();
    let mask = odd
        .call(&[Operand::Array(&mask), Operand::Python(Scalar::Int(8))], &CallOptions::default())
        .unwrap()
        .arrays
        .remove(0);
    let rows = a.index(&[Index::ALL, Index::Array(mask)]).unwrap();
    assert_eq!(rows.shape(), [2, 3]);
    assert_eq!(rows.to_vec::<i64>().unwrap(), [9, 10, 11, 21, 22, 23]);
    // Writes through repeated places: the last one stays, `at` accumulates.
    let line = Array::zeros(&[3], DType::I64, Order::C).unwrap();
    let one = Array::from_scalar(Scalar::Int(1), DType::I64).unwrap();
    line.assign_index(&[picks(&[0, 0, 1])], &one).unwrap();
    assert_eq!(line.to_vec::<i64>().unwrap(), [1, 1, 0]);
    ufunc::by_name("add").unwrap().at(&line, &[picks(&[0, 0, 1])], Some(&one)).unwrap();
    assert_eq!(line.to_vec::<i64>().unwrap(), [3, 2, 0]);
}

#[test]
fn errors_have_numpys_texts() {
    let a = grid();
    let text = |indices: &[Index]| a.index(indices).err().map(|e| e.message).unwrap_or_default();
    assert_eq!(
        text(&[Index::Int(0), Index::Int(5)]),
        "index 5 is out of bounds for axis 1 with size 3"
    );
    let four = [Index::Int(0), Index::Int(0), Index::Int(0), Index::Int(0)];
    assert_eq!(
        text(&four),
        "too many indices for array: array is 3-dimensional, but 4 were indexed"
    );
    assert_eq!(
        text(&[picks(&[0, 1]), picks(&[0, 1, 2])]),
        "shape mismatch: indexing arrays could not be broadcast together with shapes (2,) (3,) "
    );
    let (x, y) = (Array::from_vec(&[1.0; 3]).unwrap(), Array::from_vec(&[1.0; 4]).unwrap());
    let add = ufunc::by_name("add").unwrap();
    let error = add
        .call(&[Operand::Array(&x), Operand::Array(&y)], &CallOptions::default())
        .err()
        .unwrap();
    assert_eq!(error.message, "operands could not be broadcast together with shapes (3,) (4,) ");
    let empty = Array::from_vec::<f64>(&[]).unwrap();
    let error = reduce::max(&empty, &Reduction::default()).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Value);
    assert_eq!(
        error.message,
        "zero-size array to reduction operation maximum which has no identity"
    );
    let bytes = Array::zeros(&[2], DType::U8, Order::C).unwrap();
    let error = add
        .call(&[Operand::Array(&bytes), Operand::Python(Scalar::Int(300))], &CallOptions::default())
        .err()
        .unwrap();
    assert_eq!(error.kind, ErrorKind::Overflow);
    assert_eq!(error.message, "Python integer 300 out of bounds for uint8");
}

#[test]
fn overlapping_operands_act_as_copies() {
    let a = Array::from_vec(&[0i64, 1, 2, 3, 4]).unwrap();
    let tail = a.index(&[slice(Some(1), 1)]).unwrap();
    let head = a.index(&[Index::Slice { start: None, stop: Some(-1), step: None }]).unwrap();
    let add = ufunc::by_name("add").unwrap();
    let out = [Some(&tail)];
    let options = CallOptions { out: &out, ..Default::default() };
    add.call(&[Operand::Array(&tail), Operand::Array(&head)], &options).unwrap();
    assert_eq!(a.to_vec::<i64>().unwrap(), [0, 1, 3, 5, 7]);
}

#[test]
fn floating_conditions_are_seen() {
    let flags = |name: &str, a: f64, b: f64| {
        let operands = [Operand::Typed(Scalar::Float(a), DType::F64), Operand::Typed(Scalar::Float(b), DType::F64)];
        ufunc::by_name(name).unwrap().call_scalars(&operands).unwrap().1
    };
    assert_eq!(flags("divide", 1.0, 0.0), FpFlags::DIVIDE);
    assert_eq!(flags("divide", 0.0, 0.0), FpFlags::INVALID);
    assert_eq!(flags("multiply", 1e300, 1e300), FpFlags::OVERFLOW);
    assert_eq!(flags("add", 1.0, 2.0), FpFlags::NONE);
    assert_eq!(flags("less", f64::NAN, 2.0), FpFlags::NONE);
    assert_eq!(flags("floor_divide", f64::NAN, 2.0), FpFlags::NONE);
    // Formulas must not touch arguments that they leave to the library.
    let functions = [
        "exp", "exp2", "expm1", "tanh", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arctan", "sinh", "cosh",
    ];
    for name in functions {
        let quiet = |v: f64| {
            let a = Array::from_vec(&[v; 40]).unwrap();
            let function = ufunc::by_name(name).unwrap();
            function.call(&[Operand::Array(&a)], &CallOptions::default()).unwrap().flags
        };
        assert_eq!(quiet(f64::NAN), FpFlags::NONE, "{name} of nan");
        assert_eq!(quiet(0.5), FpFlags::NONE, "{name} of 0.5");
        let infinite = quiet(f64::INFINITY);
        let invalid = matches!(name, "sin" | "cos" | "tan");
        assert_eq!(infinite, if invalid { FpFlags::INVALID } else { FpFlags::NONE }, "{name} of inf");
    }
}
