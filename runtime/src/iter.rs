//! Walking several strided operands of one shape together.
//!
//! A [`Walk`] reorders axes so that the innermost one is nearest in memory, merges axes that are
//! adjacent in memory for every operand, and hands out runs along the innermost axis. Kernels see
//! only `(pointers, n, byte strides)` and are fast exactly when the run is contiguous and long.
//!
//! Pointers are only computed here (with wrapping arithmetic), never dereferenced.

use smallvec::{SmallVec, smallvec};

/// Lengths of the axes.
pub type Shape = SmallVec<[usize; 4]>;
/// Byte distance from one element to the next along each axis.
pub type Strides = SmallVec<[isize; 4]>;

/// The most operands one walk takes.
pub const MAX_OPERANDS: usize = 5;

/// Pointers or strides, one per operand; unused entries are null or zero.
pub type PerOperand<T> = [T; MAX_OPERANDS];

#[derive(Clone, Copy, Debug)]
struct Axis {
    len: usize,
    strides: PerOperand<isize>,
}

/// How a [`Walk`] may rearrange the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkOrder {
    /// Any order of the elements (elementwise work): axes are sorted by memory distance and
    /// reversed axes are walked forwards.
    Memory,
    /// Axes are sorted by memory distance but never reversed (reductions: the order within an
    /// axis decides the rounding).
    MemoryForward,
    /// Exactly C order; only merging of axes is done.
    C,
}

/// A plan for visiting all elements of up to [`MAX_OPERANDS`] operands in step.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Outermost first; never empty (a zero-dimensional walk has one axis of length 1).
    axes: SmallVec<[Axis; 4]>,
    start: PerOperand<*mut u8>,
    operands: usize,
    empty: bool,
}

/// The axis permutation (outermost first) in which NumPy visits operands with these strides.
///
/// An insertion sort from C order: an axis moves inwards past another only if some operand has a
/// smaller distance along it and none disagrees; broadcast axes (stride 0) have no say.
pub fn memory_order(shape: &[usize], strides: &[&[isize]]) -> SmallVec<[usize; 4]> {
    let ndim = shape.len();
    let mut order: SmallVec<[usize; 4]> = (0..ndim).collect();
    // `order` holds axes outermost first. Work from the innermost end, as C order is the default.
    for outer in (0..ndim.saturating_sub(1)).rev() {
        let moving = order[outer];
        let mut place = outer;
        for inner in outer + 1..ndim {
            let other = order[inner];
            let mut verdict = None;
            for s in strides {
                let (m, o) = (s[moving].unsigned_abs(), s[other].unsigned_abs());
                if m == 0 || o == 0 || shape[moving] <= 1 || shape[other] <= 1 {
                    continue;
                }
                if o <= m {
                    verdict = Some(false);
                    break;
                }
                verdict = Some(true);
            }
            match verdict {
                Some(true) => place = inner,
                Some(false) => break,
                None => {}
            }
        }
        if place != outer {
            order.remove(outer);
            order.insert(place, moving);
        }
    }
    order
}

impl Walk {
    /// Plans a walk over `shape`. Each operand is its first element and its byte stride along
    /// every axis (0 where it is broadcast).
    pub fn new(shape: &[usize], operands: &[(*mut u8, &[isize])], order: WalkOrder) -> Walk {
        assert!(operands.len() <= MAX_OPERANDS, "a walk has a fixed number of operand slots");
        let mut start = [std::ptr::null_mut(); MAX_OPERANDS];
        for (slot, (ptr, _)) in start.iter_mut().zip(operands) {
            *slot = *ptr;
        }
        let permutation: SmallVec<[usize; 4]> = if order == WalkOrder::C || shape.len() < 2 {
            (0..shape.len()).collect()
        } else {
            let strides: SmallVec<[&[isize]; MAX_OPERANDS]> =
                operands.iter().map(|o| o.1).collect();
            memory_order(shape, &strides)
        };
        let mut axes: SmallVec<[Axis; 4]> = SmallVec::new();
        for &axis in &permutation {
            let len = shape[axis];
            if len == 1 {
                continue;
            }
            let mut strides = [0; MAX_OPERANDS];
            for (slot, (_, s)) in strides.iter_mut().zip(operands) {
                *slot = s[axis];
            }
            if order == WalkOrder::Memory
                && strides.iter().all(|&s| s <= 0)
                && strides.iter().any(|&s| s < 0)
            {
                for (ptr, stride) in start.iter_mut().zip(&mut strides) {
                    *ptr = ptr.wrapping_offset(*stride * (len as isize - 1));
                    *stride = -*stride;
                }
            }
            axes.push(Axis { len, strides });
        }
        // Merge an axis into the next inner one where stepping over the inner one completely is
        // the same as one step of the outer one.
        let mut merged: SmallVec<[Axis; 4]> = SmallVec::new();
        for axis in axes {
            if let Some(outer) = merged.last_mut() {
                let fits = (0..operands.len())
                    .all(|k| outer.strides[k] == axis.strides[k] * axis.len as isize);
                if fits {
                    outer.len *= axis.len;
                    outer.strides = axis.strides;
                    continue;
                }
            }
            merged.push(axis);
        }
        if merged.is_empty() {
            merged = smallvec![Axis { len: 1, strides: [0; MAX_OPERANDS] }];
        }
        Walk {
            axes: merged,
            start,
            operands: operands.len(),
            empty: shape.contains(&0),
        }
    }

    /// Number of axes left after merging, at least 1.
    pub fn ndim(&self) -> usize {
        self.axes.len()
    }

    /// Length of the innermost run.
    pub fn inner_len(&self) -> usize {
        self.axes[self.axes.len() - 1].len
    }

    /// Byte strides along the innermost run.
    pub fn inner_strides(&self) -> &PerOperand<isize> {
        &self.axes[self.axes.len() - 1].strides
    }

    /// Lengths of the merged axes, outermost first.
    pub fn lens(&self) -> impl Iterator<Item = usize> + '_ {
        self.axes.iter().map(|a| a.len)
    }

    /// Byte strides of one operand along the merged axes, outermost first.
    pub fn strides_of(&self, operand: usize) -> impl Iterator<Item = isize> + '_ {
        self.axes.iter().map(move |a| a.strides[operand])
    }

    /// Whether there is nothing to visit.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// The walk over all but the innermost `inner` axes, and the walk over those (to be run with
    /// [`Walk::for_each_from`]).
    pub fn split(&self, inner: usize) -> (Walk, Walk) {
        let part = |axes: &[Axis]| {
            let axes: SmallVec<[Axis; 4]> = if axes.is_empty() {
                smallvec![Axis { len: 1, strides: [0; MAX_OPERANDS] }]
            } else {
                SmallVec::from_slice(axes)
            };
            Walk { axes, start: self.start, operands: self.operands, empty: self.empty }
        };
        let (head, tail) = self.axes.split_at(self.axes.len() - inner.min(self.axes.len()));
        (part(head), part(tail))
    }

    /// Calls `run(pointers, n, strides)` for every innermost run, in order, until one fails.
    #[inline]
    pub fn try_for_each<E>(
        &self,
        run: impl FnMut(&PerOperand<*mut u8>, usize, &PerOperand<isize>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.try_for_each_from(self.start, run)
    }

    /// The same walk with other first elements, for a walk that repeats at many places.
    /// Only meaningful for [`WalkOrder::C`], which never moves the start.
    #[inline]
    pub fn for_each_from(
        &self,
        start: &[*mut u8],
        mut run: impl FnMut(&PerOperand<*mut u8>, usize, &PerOperand<isize>),
    ) {
        let mut at = [std::ptr::null_mut(); MAX_OPERANDS];
        at[..start.len()].copy_from_slice(start);
        let done: Result<(), std::convert::Infallible> = self.try_for_each_from(at, |p, n, s| {
            run(p, n, s);
            Ok(())
        });
        match done {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    #[inline]
    fn try_for_each_from<E>(
        &self,
        start: PerOperand<*mut u8>,
        mut run: impl FnMut(&PerOperand<*mut u8>, usize, &PerOperand<isize>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.empty {
            return Ok(());
        }
        let (inner, outer) = match self.axes.split_last() {
            Some(split) => split,
            None => return Ok(()),
        };
        let mut at = start;
        if outer.is_empty() {
            return run(&at, inner.len, &inner.strides);
        }
        let mut counter: SmallVec<[usize; 4]> = smallvec![0; outer.len()];
        loop {
            run(&at, inner.len, &inner.strides)?;
            let mut axis = outer.len();
            loop {
                if axis == 0 {
                    return Ok(());
                }
                axis -= 1;
                let a = &outer[axis];
                counter[axis] += 1;
                if counter[axis] < a.len {
                    for (p, stride) in at.iter_mut().zip(&a.strides) {
                        *p = p.wrapping_offset(*stride);
                    }
                    break;
                }
                counter[axis] = 0;
                for (p, stride) in at.iter_mut().zip(&a.strides) {
                    *p = p.wrapping_offset(-stride * (a.len as isize - 1));
                }
            }
        }
    }

    /// [`Walk::try_for_each`] for work that cannot fail.
    #[inline]
    pub fn for_each(
        &self,
        mut run: impl FnMut(&PerOperand<*mut u8>, usize, &PerOperand<isize>),
    ) {
        let done: Result<(), std::convert::Infallible> = self.try_for_each(|p, n, s| {
            run(p, n, s);
            Ok(())
        });
        match done {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
}

/// Strides of a fresh array of that shape in C order (last axis fastest) or Fortran order.
pub fn contiguous_strides(shape: &[usize], itemsize: usize, fortran: bool) -> Strides {
    let mut strides: Strides = smallvec![0; shape.len()];
    if shape.contains(&0) {
        // Arrays without elements have no distances either, as in NumPy.
        return strides;
    }
    let mut step = itemsize as isize;
    let mut set = |axis: usize| {
        strides[axis] = step;
        step = step.wrapping_mul(shape[axis].max(1) as isize);
    };
    if fortran {
        (0..shape.len()).for_each(&mut set);
    } else {
        (0..shape.len()).rev().for_each(&mut set);
    }
    strides
}

/// The common shape of operands; `None` if they do not fit together.
pub fn broadcast_shapes(shapes: &[&[usize]]) -> Option<Shape> {
    let ndim = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut result: Shape = smallvec![1; ndim];
    for shape in shapes {
        let lead = ndim - shape.len();
        for (axis, &n) in shape.iter().enumerate() {
            let slot = &mut result[lead + axis];
            if n != 1 && *slot != n {
                if *slot != 1 {
                    return None;
                }
                *slot = n;
            }
        }
    }
    Some(result)
}

/// Strides of an operand stretched to `target`; the caller knows that it fits.
pub fn broadcast_strides(shape: &[usize], strides: &[isize], target: &[usize]) -> Strides {
    let lead = target.len() - shape.len();
    target
        .iter()
        .enumerate()
        .map(|(axis, &n)| {
            if axis < lead || (shape[axis - lead] == 1 && n != 1) {
                0
            } else {
                strides[axis - lead]
            }
        })
        .collect()
}
