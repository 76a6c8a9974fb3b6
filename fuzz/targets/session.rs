//! A capture: whole and in small chunks it gives the same answers.
#![no_main]

use grainscope_inspect::model::Query;
use grainscope_inspect::{Options, Session};
use libfuzzer_sys::fuzz_target;

fn inspect(data: &[u8], chunk: usize) -> Session {
    let mut session = Session::new(Options {
        assume_rtp: true,
        ..Options::default()
    });
    for chunk in data.chunks(chunk.max(1)) {
        session.push(chunk);
    }
    session.finish();
    session
}

fuzz_target!(|data: &[u8]| {
    let whole = inspect(data, data.len());
    let chunk = usize::from(data.first().copied().unwrap_or(1)) + 1;
    let split = inspect(data, chunk);
    assert_eq!(whole.summary(), split.summary());
    assert_eq!(whole.flows(), split.flows());
    assert_eq!(whole.findings(), split.findings());
    let query = Query {
        count: 64,
        ..Query::default()
    };
    for row in whole.grains(&query).expect("no filter").rows {
        let packets: Vec<Vec<u8>> = whole
            .grain_extents(row.id)
            .iter()
            .map(|extent| data[extent.offset as usize..][..extent.length as usize].to_vec())
            .collect();
        let detail = whole.grain_detail(row.id, &packets);
        for field in &detail.fields {
            let source = &detail.sources[field.source as usize];
            assert!(
                field.start as usize + field.length as usize <= source.bytes.len(),
                "{field:?}"
            );
        }
    }
});
