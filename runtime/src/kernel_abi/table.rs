//! The kernels compiled code may call, one row each.

use super::ParamKind::{Array as A, Int as I};
use super::{Arg, Kernel};
use crate::array::{Array, Order};
use crate::error::Result;

fn done(a: Array) -> Result<Option<Array>> {
    Ok(Some(a))
}

fn ints(args: &[Arg]) -> Result<Vec<isize>> {
    args.iter().map(|a| a.int().map(|i| i as isize)).collect()
}

/// Every kernel; the position is its number.
pub static KERNELS: &[Kernel] = &[
    Kernel { name: "copy", params: &[A], run: |a| done(a[0].array()?.copy(Order::C)?) },
    Kernel { name: "copy_keep", params: &[A], run: |a| done(a[0].array()?.copy(Order::K)?) },
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
