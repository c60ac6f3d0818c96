"""What Northwind asked for from the catalogue: one request is accepted, one waits for its manager."""

from portal.demo.story.people import NW_ADMIN, NW_CONTACT, SUCCESS
from portal.demo.story.shapes import RequestStory, after, ago

REQUESTS: tuple[RequestStory, ...] = (
    RequestStory(
        account="northwind",
        product="analytics",
        slug="adoption-review",
        by=NW_CONTACT,
        asked_ago=ago(days=9, hours=3),
        goal="Two of our five brands hardly open their reports. We want to know why, and what to do first.",
        wished_in=after(days=21),
        answered_by=SUCCESS,
        answer="Gladly. We begin with interviews at the two brands: I send you three dates this week.",
        answered_after=after(hours=20),
    ),
    RequestStory(
        account="northwind",
        product="aem-cloud",
        slug="event-planning-and-monitoring",
        by=NW_ADMIN,
        asked_ago=ago(hours=5),
        goal="The spring sale brings four times our usual traffic. Please look at our plan before it.",
        wished_in=after(days=28),
        answered_by=SUCCESS,
    ),
)
