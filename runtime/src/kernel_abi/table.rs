//! The kernels compiled code may call, one row each.
//!
//! `unsafe` room: the tests call kernels as compiled code does, with descriptors of live arrays.

use super::ParamKind::{Array as A, Int as I};
use super::{Arg, Kernel};
use crate::array::{Array, Order};
use crate::error::{Error, Result};
use crate::index::Index;
use crate::reduce::{self, Reduction};
use crate::ufunc::{self, ReduceOptions};
use crate::{matmul, sort};

/// A result that is a view, with whatever strides its type in compiled code allows.
fn view(a: Array) -> Result<Option<Array>> {
    Ok(Some(a))
}

/// A result that compiled code takes for C-contiguous.
fn done(a: Array) -> Result<Option<Array>> {
    Ok(Some(if a.is_c_contiguous() { a } else { a.copy(Order::C)? }))
}

fn ints(args: &[Arg]) -> Result<Vec<isize>> {
    args.iter().map(|a| a.int().map(|i| i as isize)).collect()
}

/// Index items that put `chooser` at `axis`, full slices before it.
fn at_axis(chooser: &Array, axis: i64) -> Vec<Index> {
    let mut items: Vec<Index> = (0..axis).map(|_| Index::ALL).collect();
    items.push(Index::Array(chooser.clone()));
    items
}

/// `array[…, chooser, …]`: arguments array, chooser, axis.
fn choose(args: &[Arg]) -> Result<Option<Array>> {
    done(args[0].array()?.index(&at_axis(args[1].array()?, args[2].int()?))?)
}

/// `array[…, chooser, …] = value`: arguments array, chooser, value, axis.
fn put(args: &[Arg]) -> Result<Option<Array>> {
    args[0].array()?.assign_index(&at_axis(args[1].array()?, args[3].int()?), args[2].array()?)?;
    Ok(None)
}

/// A ufunc's reduction along one axis: arguments array, axis.
fn arg_extremum_axis(args: &[Arg], maximum: bool) -> Result<Option<Array>> {
    done(reduce::arg_extremum(args[0].array()?, Some(args[1].int()? as isize), false, maximum)?)
}

fn reduce_axis(name: &str, args: &[Arg]) -> Result<Option<Array>> {
    let a = args[0].array()?;
    let axis = [a.axis(args[1].int()? as isize)?];
    let u = ufunc::by_name(name).ok_or_else(|| Error::runtime("no such ufunc"))?;
    let options = ReduceOptions { axes: Some(&axis), ..Default::default() };
    done(u.reduce(a, &options)?.0)
}

/// Every kernel; the position is its number.
pub static KERNELS: &[Kernel] = &[
    Kernel { name: "copy", params: &[A], run: |a| done(a[0].array()?.copy(Order::C)?) },
    Kernel { name: "copy_keep", params: &[A], run: |a| view(a[0].array()?.copy(Order::K)?) },
    Kernel { name: "astype", params: &[A, I], run: |a| done(a[0].array()?.cast_to(a[1].dtype()?)?) },
    Kernel { name: "ravel", params: &[A], run: |a| done(a[0].array()?.ravel(Order::C)?) },
    Kernel { name: "flatten", params: &[A], run: |a| done(a[0].array()?.copy(Order::C)?.ravel(Order::C)?) },
    Kernel { name: "reshape", params: &[A, I], run: |a| done(a[0].array()?.reshape(&ints(&a[1..])?, Order::C)?) },
    Kernel {
        // Destination, source: `dst[...] = src` with broadcasting and overlap handled.
        name: "assign",
        params: &[A, A],
        run: |a| {
            a[0].array()?.assign(a[1].array()?)?;
            Ok(None)
        },
    },
    Kernel { name: "get_index", params: &[A, A, I], run: choose },
    Kernel { name: "get_mask", params: &[A, A, I], run: choose },
    Kernel { name: "set_index", params: &[A, A, A, I], run: put },
    Kernel { name: "set_mask", params: &[A, A, A, I], run: put },
    Kernel { name: "sum_axis", params: &[A, I], run: |a| reduce_axis("add", a) },
    Kernel { name: "prod_axis", params: &[A, I], run: |a| reduce_axis("multiply", a) },
    Kernel { name: "min_axis", params: &[A, I], run: |a| reduce_axis("minimum", a) },
    Kernel { name: "max_axis", params: &[A, I], run: |a| reduce_axis("maximum", a) },
    Kernel { name: "any_axis", params: &[A, I], run: |a| reduce_axis("logical_or", a) },
    Kernel { name: "all_axis", params: &[A, I], run: |a| reduce_axis("logical_and", a) },
    Kernel { name: "argmin_axis", params: &[A, I], run: |a| arg_extremum_axis(a, false) },
    Kernel { name: "argmax_axis", params: &[A, I], run: |a| arg_extremum_axis(a, true) },
    Kernel { name: "var", params: &[A], run: |a| done(reduce::var(a[0].array()?, &Reduction::default(), 0.0)?.0) },
    Kernel { name: "std", params: &[A], run: |a| done(reduce::std(a[0].array()?, &Reduction::default(), 0.0)?.0) },
    Kernel { name: "argmin", params: &[A], run: |a| done(reduce::arg_extremum(a[0].array()?, None, false, false)?) },
    Kernel { name: "argmax", params: &[A], run: |a| done(reduce::arg_extremum(a[0].array()?, None, false, true)?) },
    Kernel { name: "count_nonzero", params: &[A], run: |a| done(reduce::count_nonzero(a[0].array()?, None, false)?) },
    Kernel { name: "matmul", params: &[A, A], run: |a| done(matmul::dot(a[0].array()?, a[1].array()?, None)?) },
    Kernel { name: "sort", params: &[A], run: |a| done(sort::sort(a[0].array()?, Some(-1))?) },
    Kernel { name: "argsort", params: &[A], run: |a| done(sort::argsort(a[0].array()?, Some(-1))?) },
    Kernel { name: "searchsorted", params: &[A, A, I], run: |a| done(sort::searchsorted(a[0].array()?, a[1].array()?, a[2].int()? != 0, None)?) },
    Kernel { name: "cumsum", params: &[A], run: |a| done(reduce::cumulative("add", a[0].array()?, None, None, None)?.0) },
    Kernel { name: "cumprod", params: &[A], run: |a| done(reduce::cumulative("multiply", a[0].array()?, None, None, None)?.0) },
];

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;
    use crate::trap::Ctx;

    fn call(name: &str, words: &[u64], out: &mut [u64]) -> i32 {
        let n = kernel_number(name).unwrap() as i64;
        // SAFETY: the words describe live descriptors and `out` is big enough.
        unsafe { taipan_kernel(Ctx::current(), n, words.len() as i64, words.as_ptr(), out.as_mut_ptr(), 0) }
    }

    #[test]
    fn names_are_unique() {
        for (i, k) in KERNELS.iter().enumerate() {
            assert_eq!(kernel_number(k.name), Some(i), "{} is declared twice", k.name);
        }
    }

    #[test]
    fn reshape_through_descriptors_and_its_error() {
        let a = Array::from_vec::<f64>(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let mut input = [0u64; DESCRIPTOR_HEAD + 2];
        // SAFETY: one dimension fits.
        unsafe { write_descriptor(input.as_mut_ptr(), a.clone()) };
        let mut out = [0u64; DESCRIPTOR_HEAD + 2 * MAX_RESULT_NDIM];
        assert_eq!(call("reshape", &[input.as_ptr() as u64, 2, -1i64 as u64], &mut out), STATUS_OK);
        // SAFETY: the kernel filled it.
        let b = unsafe { read_descriptor(out.as_ptr()).unwrap() };
        assert_eq!(b.shape(), [2, 3]);
        assert!(b.may_share_memory(&a));
        assert_eq!(call("reshape", &[input.as_ptr() as u64, 4], &mut out), STATUS_TRAP);
        // SAFETY: this thread's context.
        let trap = unsafe { (*Ctx::current()).trap };
        assert_eq!(trap.message(), "cannot reshape array of size 6 into shape (4,)");
    }
}
