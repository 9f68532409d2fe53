//! What the tests share: finding and running the real binary.

pub mod binary;
pub mod golden;
