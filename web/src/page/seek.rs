//! Finding the row of a moment.

use grainscope_inspect::model::Query;

use super::client::Client;
use super::rows::TableRow;
use crate::protocol::Answer;

/// The last row captured at or before a moment, found by halving; rows come in order of time.
pub async fn row_at<T: TableRow>(client: &Client, capture: u32, flow: u32, ns: i64) -> Option<u64> {
    let one = |first: u64| Query {
        flow: Some(flow),
        first,
        count: 1,
        ..Query::default()
    };
    let ask = async |first: u64| -> Option<(u64, Option<i64>)> {
        let answer: Answer = client.call(T::request(capture, one(first))).await.ok()?;
        let window = T::rows(answer)?.ok()?;
        Some((window.total, window.rows.first().and_then(T::time)))
    };
    let (total, _) = ask(0).await?;
    let (mut low, mut high) = (0, total.checked_sub(1)?);
    while low < high {
        let middle = high - (high - low) / 2;
        let (_, time) = ask(middle).await?;
        if time.is_some_and(|time| time > ns) {
            high = middle - 1;
        } else {
            low = middle;
        }
    }
    Some(low)
}
