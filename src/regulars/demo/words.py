"""Words that people and streets of the demo are made of; they are nobody's in particular."""

FIRST_NAMES = tuple(
    """
    Ada Agnes Albert Alice Alma Amos Amy Andre Anita Anna Anton Arthur Astrid Audrey Basil Beatrice Bella Benjamin
    Bernard Bianca Blanche Boris Bruno Calvin Camila Carl Carmen Cecil Celia Charles Clara Claude Clement Conrad
    Cora Cyril Daisy Daniel Daphne Darius Della Dennis Diana Dora Dorothy Duncan Edgar Edith Edmund Eleanor Elena
    Elias Ella Elmer Elsa Emil Emma Enid Eric Esther Ethel Eugene Eva Evelyn Felix Fiona Flora Frances Frank
    Frederick Gabriel Gail Gemma George Gerald Gilbert Gloria Grace Greta Gustav Hanna Harold Harriet Hazel Hector
    Helen Henry Herbert Hilda Hugo Ida Ines Ingrid Irene Iris Isaac Ivan Ivy Jack Jacob James Jane Jasper Jean Joan
    Joel Jonas Joseph Josephine Judith Julia Julius Karen Karl Kate Klara Konrad Laura Lawrence Leah Leo Leonard
    Lewis Lila Lillian Linda Lionel Lois Louis Louise Lucas Lucy Luther Lydia Mabel Magnus Marcus Margaret Maria
    Marion Mark Martha Martin Matilda Maurice Max May Mercy Mildred Milo Mina Miriam Mona Morris Myra Nadia Nathan
    Nell Nicholas Nina Noah Nora Norman Olga Olive Oliver Omar Oscar Otto Owen Paloma Patrick Paul Paula Pearl Percy
    Peter Philip Phoebe Quentin Rachel Ralph Ramona Raymond Rebecca Reuben Rita Robert Rosa Rose Roy Rufus Ruth
    Sadie Samuel Sarah Selma Silas Simon Sofia Sonia Stella Stephen Susan Sylvia Tessa Theo Theresa Thomas Tobias
    Ursula Vera Victor Viola Vincent Walter Wanda Wilfred William Winifred Xavier Yolanda Yvonne Zelda Zoe
    """.split()  # noqa: SIM905 - a list of two hundred words reads better as a text
)

LAST_NAMES = tuple(
    """
    Abbott Acker Alden Ames Appleby Archer Arden Ashby Atwood Avery Bagley Baker Banks Barlow Barton Bates Beck Bell
    Bennett Berry Birch Bishop Blake Bloom Bolton Booth Boyd Bradley Brandt Briggs Brooks Buckley Burke Burns Byrd
    Calder Carver Castillo Chandler Clay Cole Collier Cooper Cortez Costa Crane Cross Cruz Curtis Dalton Dawson Dean
    Delgado Diaz Dixon Doyle Drake Dunn Eaton Ellis Emerson Engel Farmer Fenwick Field Finch Fischer Fisher Fleming
    Fletcher Flores Flynn Forbes Ford Foster Fowler Fox Frost Fuller Gardner Garner Gibbs Glover Goodwin Grant
    Graves Greer Griffin Gruber Hale Hammond Hanson Harbor Hardy Harper Hart Hayes Heath Hobbs Holland Holm Holt
    Hopper Horn Howell Hudson Hunt Ibarra Irwin Jansen Jarvis Jensen Keller Kemp Kendall Kerr Klein Knight Lamb Lane
    Larsen Leal Lindgren Little Lloyd Lockwood Lowe Lund Lynch Mason Mathis Maxwell Mercer Meyer Miles Mills Molina
    Monroe Moody Moon Morales Moreno Moss Nash Navarro Neal Nolan Norris North Oakley Ortega Osborn Otto Page Palmer
    Park Parrish Patel Pearce Perkins Petersen Pike Poole Porter Potter Pratt Preston Prince Quinn Ramsey Rao Reed
    Reeves Rhodes Rios Rivers Roth Rowe Rowland Russo Salazar Sandberg Sawyer Schmidt Sharp Shaw Sheppard Silva
    Skinner Slater Sloan Snow Soto Spencer Stark Steele Stone Storm Strand Sutton Swan Tanner Thorne Tran Turner
    Tyler Underhill Vance Vargas Vaughn Vega Voss Wade Walsh Walton Ward Warner Waters Weaver Webb Weber Wells West
    Wheeler Whitaker Wilder Winter Wolf Wood Wren Wynn Yates York Young Zimmer
    """.split()  # noqa: SIM905
)

STREET_NAMES = tuple(
    """
    Alder Ash Aspen Beech Birch Cedar Cherry Chestnut Dogwood Elm Fir Hawthorn Hazel Hickory Juniper Laurel Linden
    Magnolia Maple Mulberry Oak Pine Poplar Rowan Spruce Sycamore Walnut Willow
    """.split()  # noqa: SIM905
)

STREET_KINDS = (
    "Street", "Avenue", "Road", "Lane", "Square", "Corner", "Park", "Hill", "Court", "Row", "Gate", "Green", "Bridge",
    "Plaza", "Grove", "Heights", "Landing",
)  # fmt: skip
