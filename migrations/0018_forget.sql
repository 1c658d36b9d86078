-- What has ended is deleted a while after; these find it.
CREATE INDEX addresses_feed ON addresses (feed_id);
CREATE INDEX addresses_ended ON addresses (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX feeds_ended ON feeds (revised_at) WHERE state = 'ended';
