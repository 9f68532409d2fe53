//! Arrays, numeric kernels, random streams, traps and the parallel scheduler:
//! what compiled code and the `numpy` module both call.

pub mod trap;
